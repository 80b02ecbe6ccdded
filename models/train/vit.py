"""ViT-Tiny/16 with timm's key names (Dosovitskiy et al. 2021): width 192, depth 12, heads 3, exact GELU, LayerNorm eps 1e-6.

Knows the architecture only. Images of other sides than 224 px (multiples of 16) take an interpolated position embedding.
"""
import torch
from torch import nn
from torch.nn import functional as F

WIDTH, DEPTH, HEADS, PATCH, IMAGE = 192, 12, 3, 16, 224
GRID = IMAGE // PATCH


def pick(x, keep):
    """The rows `keep` [B, T'] of x [B, T, D]."""
    return x.gather(1, keep.unsqueeze(-1).expand(-1, -1, x.shape[-1]))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(x).reshape(b, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # Written out: the derivative of the fused kernel takes three times as long on a CPU with this few tokens.
        shares = (q * (WIDTH // HEADS) ** -0.5 @ k.transpose(-1, -2)).softmax(-1)
        return self.proj((shares.to(v.dtype) @ v).transpose(1, 2).reshape(b, t, WIDTH))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attn = Attention()
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = Mlp()

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(3, WIDTH, PATCH, PATCH)

    def forward(self, x, keep=None):
        """Pixels [B, 3, H, W] -> tokens [B, T, D], or only those of the patches `keep` [B, T'] names."""
        if keep is None:
            return self.proj(x).flatten(2).transpose(1, 2)
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // PATCH, PATCH, w // PATCH, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * PATCH * PATCH)
        return F.linear(pick(x, keep), self.proj.weight.flatten(1), self.proj.bias)


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, GRID * GRID + 1, WIDTH))
        self.patch_embed = PatchEmbed()
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

    def initialise(self, seed):
        """Random initialisation: truncated normal .02, zero biases, position embedding .02."""
        generator = torch.Generator().manual_seed(seed)
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(p)
            elif "norm" in name:
                nn.init.ones_(p)
            else:
                nn.init.trunc_normal_(p, std=0.02 if "patch_embed" not in name else 0.036, generator=generator)
        return self

    def positions(self, grid, corner=None):
        """Position embedding of a square of `grid` x `grid` patches, [1, grid^2, D].

        The whole image at another resolution (interpolated), or with `corner` (row, column) a window of the 224 px image.
        """
        table = self.pos_embed[:, 1:]
        if grid == GRID:
            return table
        square = table.reshape(1, GRID, GRID, WIDTH)
        if corner is not None:
            row, column = corner
            return square[:, row : row + grid, column : column + grid].reshape(1, grid * grid, WIDTH)
        square = square.permute(0, 3, 1, 2).float()
        smaller = F.interpolate(square, (grid, grid), mode="bicubic", antialias=True, align_corners=False)
        return smaller.permute(0, 2, 3, 1).reshape(1, grid * grid, WIDTH)

    def embed(self, pixels, corner=None, keep=None):
        """[B, 1+T, D] before the first block; `keep` [B, T'] picks the patch tokens that go on."""
        positions = self.positions(pixels.shape[-1] // PATCH, corner)
        if keep is not None:
            positions = pick(positions.expand(len(pixels), -1, -1), keep)
        x = self.patch_embed(pixels, keep) + positions
        cls = (self.cls_token + self.pos_embed[:, :1]).expand(len(x), -1, -1)
        return torch.cat([cls, x.to(cls.dtype)], 1)

    def states(self, pixels, after, corner=None, keep=None, restart=None):
        """Tokens [B, 1+T, D] after each block numbered in `after` (1 to 12); those of block 12 have passed the final norm.

        With `restart` (a teacher's states after the same blocks) every stretch begins from the teacher's state, not its own.
        """
        x = self.embed(pixels, corner, keep)
        found = []
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            if number == DEPTH:
                x = self.norm(x)
            if number in after:
                found.append(x)
                if restart is not None:
                    x = restart[len(found) - 1]
        return found

    def forward(self, pixels):
        """Features [B, D]: the class token."""
        return self.states(pixels, (DEPTH,))[0][:, 0]

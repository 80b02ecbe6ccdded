"""Strong variation of stain and light, in optical density (Beer-Lambert), for training and for the jittered evaluation.

Knows colours only: no tissue, no set, no statistics of any set.
"""
import torch

# Optical densities of hematoxylin, eosin and a residual (Ruifrok and Johnston 2001), as rows of unit length.
HED = torch.tensor([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11], [0.27, 0.57, 0.78]])
HED = HED / HED.norm(dim=1, keepdim=True)


def to_density(pixels):
    """[..., 3] with values 0 to 255 -> optical density per channel, 0 (white) to 5.5."""
    return -((pixels.float() + 1) / 256).clamp(1 / 256, 1).log()


def from_density(density):
    """Optical density -> values 0 to 255, not rounded."""
    return density.neg().exp().mul(256).sub(1).clamp(0, 255)


def uniform(shape, low, high, generator):
    return torch.empty(shape).uniform_(low, high, generator=generator)


def shake(pixels, strength, generator):
    """[B, H, W, 3] of 0 to 255 -> the same tissue with another stain, another thickness and another light.

    `strength` [B]: 0 changes nothing, 1 is strong (amounts of a stain halved to doubled).
    """
    b = len(pixels)
    s = strength.reshape(b, 1)
    # Amounts of each stain, and stain vectors that are not quite Ruifrok's.
    amounts = torch.exp2(uniform((b, 3), -1, 1, generator) * s * torch.tensor([1.0, 1.0, 0.5]))
    tilt = torch.eye(3) + 0.18 * s.unsqueeze(-1) * torch.randn(b, 3, 3, generator=generator)
    unmix = torch.linalg.inv(HED)
    matrix = unmix @ (amounts.unsqueeze(-1) * HED) @ tilt
    # The camera: gain of the whole density (thickness, gamma) and a veil of light per channel.
    matrix = matrix * torch.exp2(uniform((b, 1, 1), -0.6, 0.6, generator) * s.unsqueeze(-1))
    veil = uniform((b, 1, 3), -0.04, 0.12, generator) * s.unsqueeze(-1)
    density = to_density(pixels).reshape(b, -1, 3)
    return from_density((torch.bmm(density, matrix) + veil).clamp_min(0)).reshape(pixels.shape)


def level(pixels, generator):
    """[B, H, W, 3] of 0 to 255 -> the same tissue with a mean and a spread of density drawn anew: its own colour tells nothing."""
    b = len(pixels)
    mean = 0.4 * torch.exp2(uniform((b, 1, 1, 1), -0.7, 0.7, generator) + uniform((b, 1, 1, 3), -0.8, 0.8, generator))
    share = torch.exp2(uniform((b, 1, 1, 1), -1.6, -0.2, generator) + uniform((b, 1, 1, 3), -0.3, 0.3, generator))
    return standardise(pixels, mean, mean * share)


def standardise(pixels, mean, deviation):
    """[B, H, W, 3] of 0 to 255 -> each patch's optical density with the given mean and standard deviation (of shape [..., 3])."""
    density = to_density(pixels)
    own_mean = density.mean((1, 2), keepdim=True)
    own_deviation = density.std((1, 2), keepdim=True).clamp_min(1e-3)
    return from_density(((density - own_mean) / own_deviation * deviation + mean).clamp_min(0))

"""Tests of the few-label protocol, the plan and the stain: python3 -m unittest discover -s models/train

Expected numbers come from algebra and from scikit-learn's own balanced_accuracy_score.
"""
import pathlib
import sys
import unittest

import numpy as np
import torch
from sklearn.metrics import balanced_accuracy_score

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import curves
import plan
import protocol
import stain
from vit import Vit


class Protocol(unittest.TestCase):
    def setUp(self):
        self.labels = np.repeat(["a", "b", "c"], 40)
        self.groups = np.array([f"{name}{n // 2}" for name in "abc" for n in range(40)])

    def test_draws_k_labels_a_class_each_of_another_group(self):
        for seed in protocol.SEEDS:
            rows = protocol.draw_labels(self.labels, self.groups, 8, seed)
            self.assertEqual([int((self.labels[rows] == n).sum()) for n in "abc"], [8, 8, 8])
            self.assertEqual(len(set(self.groups[rows])), 24)

    def test_the_same_seed_draws_the_same_labels_and_another_seed_others(self):
        first, again, other = (protocol.draw_labels(self.labels, None, 8, seed) for seed in (3, 3, 4))
        self.assertTrue((first == again).all())
        self.assertFalse((first == other).all())

    def test_no_answer_is_of_a_labelled_group(self):
        rows = protocol.draw_labels(self.labels, self.groups, 8, 0)
        rest = protocol.rows_to_answer(self.groups, rows)
        self.assertEqual(set(self.groups[rest]) & set(self.groups[rows]), set())
        self.assertEqual(len(rest), 120 - 48)

    def test_more_labels_than_groups_is_an_error_that_names_the_class(self):
        with self.assertRaisesRegex(ValueError, "class a has 20 groups, 21"):
            protocol.draw_labels(self.labels, self.groups, 21, 0)

    def test_features_are_centred_on_the_labels_and_of_unit_length(self):
        support, query = protocol.prepare(np.array([[1.0, 0], [3, 0]]), np.array([[2.0, 5], [2, 0]]))
        np.testing.assert_allclose(support, [[-1, 0], [1, 0]])
        np.testing.assert_allclose(query, [[0, 1], [0, 0]])

    def test_separable_classes_are_all_answered_and_a_constant_answer_is_worth_one_class(self):
        rng = np.random.default_rng(1)
        x = rng.normal(size=(120, 5)) * 0.01 + np.repeat(np.eye(3, 5), 40, 0)
        rows = protocol.draw_labels(self.labels, None, 8, 0)
        self.assertEqual(protocol.episode(x[rows], self.labels[rows], x, self.labels), (1.0, 1.0))
        self.assertAlmostEqual(protocol.balanced_accuracy(self.labels, np.full(120, "a")), 1 / 3)

    def test_balanced_accuracy_is_scikit_learns(self):
        rng = np.random.default_rng(2)
        truth, answers = rng.choice(list("abc"), 90, p=[0.6, 0.3, 0.1]), rng.choice(list("abc"), 90)
        self.assertAlmostEqual(protocol.balanced_accuracy(truth, answers), balanced_accuracy_score(truth, answers))

    def test_the_interval_is_students(self):
        # Ten zeros and ten ones: mean .5, deviation sqrt(5/19), half width t * deviation / sqrt(20).
        found = protocol.summary([0.0] * 10 + [1.0] * 10)
        self.assertAlmostEqual(found["deviation"], np.sqrt(5 / 19))
        self.assertAlmostEqual(found["high"] - found["mean"], 2.0930 * np.sqrt(5 / 19 / 20))
        with self.assertRaises(ValueError):
            protocol.summary([0.5] * 3)

    def test_the_share_of_the_lead_is_none_for_random_and_all_for_the_teacher(self):
        self.assertAlmostEqual(protocol.share_of_lead(0.4, 0.7, 0.4), 0)
        self.assertAlmostEqual(protocol.share_of_lead(0.7, 0.7, 0.4), 1)


class Plan(unittest.TestCase):
    def test_every_phase_goes_linearly_from_its_first_to_its_last_rate(self):
        phase = {"kind": "whole", "size": 96, "batch": 2, "steps": 3, "rate": [1.0, 3.0]}
        self.assertEqual([row["rate"] for row in plan.plan_of({"phases": [phase]})], [1.0, 2.0, 3.0])

    def test_a_checkpoint_of_other_steps_is_known_by_its_digest(self):
        recipe = plan.read_recipe()
        longer = recipe | {"phases": [*recipe["phases"], recipe["phases"][-1]]}
        steps = len(plan.plan_of(recipe))
        self.assertEqual(plan.digest_of(recipe, steps), plan.digest_of(longer, steps))
        self.assertNotEqual(plan.digest_of(recipe, 10), plan.digest_of(recipe | {"seed": 21}, 10))


class Curves(unittest.TestCase):
    def test_the_largest_relative_difference_over_common_steps_is_found(self):
        kept = [[10, 1.0, 2.0], [20, 1.0, 1.0], [30, 5.0, 5.0]]
        self.assertEqual(curves.largest_difference(kept, [[10, 1.0, 2.5], [20, 0.9, 1.0]]), (0.25, 20))
        with self.assertRaises(ValueError):
            curves.largest_difference(kept, [[40, 1.0, 1.0]])


class Stain(unittest.TestCase):
    def setUp(self):
        self.pixels = torch.randint(20, 250, (2, 8, 8, 3), generator=torch.Generator().manual_seed(1)).float()

    def test_no_strength_changes_nothing(self):
        shaken = stain.shake(self.pixels, torch.zeros(2), torch.Generator().manual_seed(2))
        self.assertLess((shaken - self.pixels).abs().max().item(), 0.01)

    def test_full_strength_changes_colours_and_stays_in_range(self):
        shaken = stain.shake(self.pixels, torch.ones(2), torch.Generator().manual_seed(2))
        self.assertGreater((shaken - self.pixels).abs().mean().item(), 5)
        self.assertTrue(bool(((shaken >= 0) & (shaken <= 255)).all()))

    def test_a_standardised_patch_has_the_wanted_density(self):
        mean, deviation = torch.tensor([0.9, 1.0, 0.8]), torch.tensor([0.1, 0.12, 0.08])
        density = stain.to_density(stain.standardise(self.pixels, mean, deviation))
        torch.testing.assert_close(density.mean((1, 2)), mean.expand(2, 3), atol=2e-3, rtol=0)
        torch.testing.assert_close(density.std((1, 2)), deviation.expand(2, 3), atol=2e-3, rtol=0)


class Architecture(unittest.TestCase):
    def test_features_are_timms_with_the_same_weights(self):
        import timm

        ours = Vit().initialise(5).eval()
        theirs = timm.create_model("vit_tiny_patch16_224", num_classes=0).eval()
        theirs.load_state_dict(ours.state_dict())
        pixels = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(3))
        with torch.no_grad():
            torch.testing.assert_close(ours(pixels), theirs(pixels), atol=2e-5, rtol=1e-4)

    def test_a_window_of_the_position_embedding_is_cut_out_of_it(self):
        model = Vit().initialise(5)
        square = model.pos_embed[0, 1:].reshape(14, 14, 192)
        torch.testing.assert_close(model.positions(6, (2, 3))[0], square[2:8, 3:9].reshape(36, 192))


if __name__ == "__main__":
    unittest.main()

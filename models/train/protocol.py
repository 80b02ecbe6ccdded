"""The few-label protocol: draws of labels, centroids and logistic regression on frozen features, balanced accuracy, intervals.

Knows arrays only: no image, no model, no set. Features are centred on the mean of the labelled patches and brought to unit
length; labels and answers never share a group (a slide, a place, an original image).
"""
import numpy as np
from sklearn.linear_model import LogisticRegression

SEEDS = tuple(range(20))
# Student's t at 19 degrees of freedom, two-sided 95 %.
T_19 = 2.0930


def draw_labels(labels, groups, k, seed):
    """Row numbers of `k` labelled patches a class, each of another group where `groups` is given; the same for every backbone."""
    rng = np.random.default_rng(seed)
    rows = []
    for name in np.unique(labels):
        order = rng.permutation(np.flatnonzero(labels == name))
        if groups is not None:
            _, first = np.unique(groups[order], return_index=True)
            order = order[np.sort(first)]
        if len(order) < k:
            raise ValueError(f"class {name} has {len(order)} groups, {k} labels were asked for")
        rows.extend(order[:k])
    return np.array(rows)


def rows_to_answer(groups, drawn):
    """Row numbers of all patches whose group holds no label."""
    return np.flatnonzero(~np.isin(groups, groups[drawn]))


def prepare(support, query):
    """Both centred on the mean of `support` [N, D] and brought to unit length."""
    mean = support.mean(0)
    out = []
    for x in (support - mean, query - mean):
        out.append(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12))
    return out


def centroid_answers(support, labels, query):
    names = np.unique(labels)
    centres = np.stack([support[labels == name].mean(0) for name in names])
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    return names[(query @ centres.T).argmax(1)]


def logistic_model(support, labels):
    return LogisticRegression(C=10, max_iter=1000).fit(support, labels)


def balanced_accuracy(truth, answers):
    """Mean over the classes of `truth` of the share answered rightly."""
    return float(np.mean([(answers[truth == name] == name).mean() for name in np.unique(truth)]))


def episode(support, support_labels, query, query_labels):
    """(balanced accuracy of centroids, of logistic regression) of one draw."""
    s, q = prepare(support, query)
    by_centroid = centroid_answers(s, support_labels, q)
    by_regression = logistic_model(s, support_labels).predict(q)
    return balanced_accuracy(query_labels, by_centroid), balanced_accuracy(query_labels, by_regression)


def summary(values):
    """Mean over 20 draws, its 95 % interval (Student's t: the choice of labels, not of patients) and the draws' deviation."""
    values = np.asarray(values, float)
    if len(values) != len(SEEDS):
        raise ValueError(f"{len(values)} draws, not {len(SEEDS)}")
    mean, deviation = values.mean(), values.std(ddof=1)
    half = T_19 * deviation / np.sqrt(len(values))
    return {"mean": mean, "low": mean - half, "high": mean + half, "deviation": deviation, "draws": values.tolist()}


def share_of_lead(model, teacher, untrained):
    """How much of the natural-image model's lead over random initialisation the model holds."""
    return (model - untrained) / (teacher - untrained)

import { describe, expect, test } from "vitest";
import {
  accuracy,
  argmaxOfRow,
  balancedAccuracy,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  macroF1,
  recalls,
} from "../../src/math/metrics.ts";
import { statistics } from "../support/statistics-fixture.ts";

describe.each(statistics.metrics.map((c) => [c.classes, c] as const))("metrics of %i classes", (classes, c) => {
  const confusion = confusionMatrix(c.truth, c.answered, classes);

  test("the confusion matrix is scikit-learn's", () => expect(confusion).toEqual(c.confusion));

  test("accuracy, balanced accuracy, macro-F1 and log-loss equal scikit-learn's to 1e-12", () => {
    expect(Math.abs(accuracy(confusion) - c.accuracy)).toBeLessThan(1e-12);
    expect(Math.abs(balancedAccuracy(confusion) - c.balancedAccuracy)).toBeLessThan(1e-12);
    expect(Math.abs(macroF1(confusion) - c.macroF1)).toBeLessThan(1e-12);
    expect(Math.abs(logLoss(c.truth, c.scores, classes) - c.logLoss)).toBeLessThan(1e-12);
  });

  test("recalls equal scikit-learn's, and are absent for a class nothing was asked of", () => {
    recalls(confusion).forEach((recall, i) => {
      const expected = c.recalls[String(i)];
      if (expected === undefined) expect(recall).toBeNull();
      else expect(recall).toBeCloseTo(expected, 12);
    });
  });

  test("the calibration error equals the definition of Guo et al. written in NumPy", () => {
    expect(Math.abs(expectedCalibrationError(c.truth, c.scores, classes) - c.ece15)).toBeLessThan(1e-12);
    expect(Math.abs(expectedCalibrationError(c.truth, c.scores, classes, 10) - c.ece10)).toBeLessThan(1e-12);
  });
});

test("a score of zero for the truth costs a finite log-loss, clipped at float64's epsilon", () => {
  expect(logLoss([0], [0, 1], 2)).toBeCloseTo(-Math.log(2 ** -52), 12);
});

test("of equal scores the first class is answered", () => expect(argmaxOfRow([0.2, 0.4, 0.4], 0, 3)).toBe(1));

test("a class outside the table is a mistake", () =>
  expect(() => confusionMatrix([0, 3], [0, 0], 3)).toThrow(/class 3/));

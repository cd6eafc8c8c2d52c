/* The formulas of psp_core/audit (power.py, binormal.py, paired_power.py, best_of.py) for the page
   power.md. Nothing is fetched. tests/report/test_power_page.py holds them to the library's values. */
(function () {
  "use strict";

  /* ---- normal distribution ---- */
  function density(x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
  function cumulative(x) {
    if (x < -8) { return 0; }
    if (x > 8) { return 1; }
    var sum = x, term = x;
    for (var k = 3; Math.abs(term) > 1e-17; k += 2) {
      term *= x * x / k;
      sum += term;
    }
    return 0.5 + sum * density(x);
  }
  function root(f, low, high) { /* f rises */
    for (var i = 0; i < 60; i += 1) {
      var middle = (low + high) / 2;
      if (f(middle) < 0) { low = middle; } else { high = middle; }
    }
    return (low + high) / 2;
  }
  function quantile(p) {
    return root(function (x) { return cumulative(x) - p; }, -8, 8);
  }
  function integral(f, low, high, steps) { /* Simpson */
    var h = (high - low) / steps, sum = f(low) + f(high);
    for (var i = 1; i < steps; i += 1) {
      sum += f(low + i * h) * (i % 2 ? 4 : 2);
    }
    return sum * h / 3;
  }

  /* ---- one AUC ---- */
  function hanleyMcNeil(auc, positive, negative) {
    var twoPositive = auc / (2 - auc), twoNegative = 2 * auc * auc / (1 + auc);
    return Math.sqrt((auc * (1 - auc) + (positive - 1) * (twoPositive - auc * auc) +
      (negative - 1) * (twoNegative - auc * auc)) / (positive * negative));
  }
  function interval(auc, positive, negative, level) {
    var error = hanleyMcNeil(auc, positive, negative), half = quantile(0.5 + level / 2) * error;
    var middle = Math.log(auc / (1 - auc)), wide = half / (auc * (1 - auc));
    function back(x) { return 1 / (1 + Math.exp(-x)); }
    return {
      error: error, lower: Math.max(0, auc - half), upper: Math.min(1, auc + half),
      logitLower: back(middle - wide), logitUpper: back(middle + wide)
    };
  }

  /* ---- two AUCs on the same patients ---- */
  function jointExcess(first, second, correlation) {
    var a = quantile(first), b = quantile(second), end = Math.asin(correlation);
    if (end === 0) { return 0; }
    return integral(function (t) {
      var cosine = Math.cos(t), top = a * a + b * b - 2 * a * b * Math.sin(t);
      if (cosine < 1e-6) { return a === b ? Math.exp(-a * a / 2) : 0; }
      return Math.exp(-top / (2 * cosine * cosine));
    }, 0, end, 200) / (2 * Math.PI);
  }
  function covariance(first, second, correlation, positive, negative) {
    return (jointExcess(first, second, correlation) +
      (positive + negative - 2) * jointExcess(first, second, correlation / 2)) / (positive * negative);
  }
  function pairedPower(first, second, correlation, positive, negative, alpha) {
    var variance = covariance(first, first, 1, positive, negative) +
      covariance(second, second, 1, positive, negative) -
      2 * covariance(first, second, correlation, positive, negative);
    var error = Math.sqrt(Math.max(0, variance));
    if (error <= 1e-12) { return 0; }
    var edge = quantile(1 - alpha / 2), shift = Math.abs(first - second) / error;
    return 1 - cumulative(edge - shift) + cumulative(-edge - shift);
  }

  /* ---- the best of several equal models ---- */
  function bestOf(auc, correlation, models, positive, negative, coverage) {
    var variance = covariance(auc, auc, 1, positive, negative), spread = Math.sqrt(variance);
    var shared = covariance(auc, auc, correlation, positive, negative) / variance;
    var own = Math.sqrt(Math.max(0, 1 - shared));
    var expected = models * integral(function (z) {
      return z * density(z) * Math.pow(cumulative(z), models - 1);
    }, -8, 8, 400);
    function below(z) {
      return integral(function (s) {
        return density(s) * Math.pow(cumulative((z - Math.sqrt(shared) * s) / own), models);
      }, -8, 8, 200);
    }
    function at(share) {
      var z = own < 1e-9 ? quantile(share) : root(function (x) { return below(x) - share; }, -8, 8);
      return Math.min(1, auc + spread * z);
    }
    return {
      mean: Math.min(1, auc + spread * own * expected),
      low: at((1 - coverage) / 2), high: at((1 + coverage) / 2)
    };
  }

  /* ---- the page ---- */
  var NAMES = ["n", "share", "auc", "second", "correlation", "models"];
  var DECIMALS = { n: 0, share: 2, auc: 3, second: 3, correlation: 2, models: 0 };

  function node(id) { return document.getElementById("power-" + id); }
  function write(id, text) { node(id).textContent = text; }
  function range(low, high) { return low.toFixed(3) + " to " + high.toFixed(3); }
  function place(value) { return (20 + 560 * value).toFixed(1); }
  function draw(id, low, high) {
    node(id).setAttribute("x1", place(low));
    node(id).setAttribute("x2", place(high));
  }

  function update() {
    var asked = {};
    NAMES.forEach(function (name) {
      asked[name] = Number(node(name).value);
      write(name + "-value", asked[name].toFixed(DECIMALS[name]));
    });
    var positive = Math.min(asked.n - 1, Math.max(1, Math.round(asked.n * asked.share)));
    var negative = asked.n - positive;
    write("counts", positive + " with true progression, " + negative + " with pseudoprogression");
    var found = interval(asked.auc, positive, negative, 0.95);
    write("logit", range(found.logitLower, found.logitUpper));
    write("plain", range(found.lower, found.upper));
    write("error", found.error.toFixed(4));
    write("power", pairedPower(asked.auc, asked.second, asked.correlation, positive, negative, 0.05)
      .toFixed(3));
    var best = bestOf(asked.auc, asked.correlation, asked.models, positive, negative, 0.9);
    write("best", best.mean.toFixed(3));
    write("best-range", range(best.low, best.high));
    draw("bar-logit", found.logitLower, found.logitUpper);
    draw("bar-plain", found.lower, found.upper);
    draw("bar-best", best.low, best.high);
    node("dot").setAttribute("cx", place(asked.auc));
    node("dot-best").setAttribute("cx", place(best.mean));
  }

  function start() {
    if (!node("n")) { return; }
    NAMES.forEach(function (name) { node(name).addEventListener("input", update); });
    node("controls").hidden = false;
    update();
  }
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();

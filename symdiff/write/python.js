// Python's arithmetic for code that symdiff has written in JavaScript: what differs from
// JavaScript's own, the functions of `math`, and errors where Python raises them.
"use strict";

const py = (() => {
  class PythonError extends Error {
    constructor(type, message) {
      super(message === undefined || message === "" ? type : `${type}: ${message}`);
      this.name = type;
    }
  }
  const error = (type, message) => new PythonError(type, message);
  const domain = () => error("ValueError", "math domain error");
  const range_ = () => error("OverflowError", "math range error");
  const truth = (x) => (typeof x === "number" ? x !== 0 : Array.isArray(x) ? x.length > 0 : Boolean(x));
  const isFloat = (x) => typeof x === "number";

  // --- operators ---

  function div(x, y) {
    if (Number(y) === 0) throw error("ZeroDivisionError", "division by zero");
    return x / y;
  }

  function mod(x, y) {
    if (Number(y) === 0) throw error("ZeroDivisionError", "modulo by zero");
    const rest = x % y;
    if (rest === 0) return y < 0 ? -0 : 0;
    return rest < 0 !== y < 0 ? rest + y : rest;
  }

  function floordiv(x, y) {
    if (Number(y) === 0) throw error("ZeroDivisionError", "division by zero");
    const rest = x % y;
    let quotient = (x - rest) / y;
    if (rest !== 0 && rest < 0 !== y < 0) quotient -= 1;
    const floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  function pow(x, y) {
    if (Number(x) === 0 && y < 0) {
      throw error("ZeroDivisionError", "0.0 cannot be raised to a negative power");
    }
    if (Number(y) === 0 || Number(x) === 1) return 1;
    if (x < 0 && Number.isFinite(y) && !Number.isInteger(y)) {
      throw error("ValueError", "a negative number raised to a fraction is complex");
    }
    const value = power(Number(x), Number(y));
    if (!Number.isFinite(value) && Number.isFinite(x) && Number.isFinite(y)) {
      throw error("OverflowError", "numerical result out of range");
    }
    return value;
  }

  const power = (x, y) => (x === -1 && !Number.isFinite(y) ? (Number.isNaN(y) ? NaN : 1) : x ** y);

  function mathPow(x, y) {
    if (Number(x) === 0 && y < 0 && Number.isFinite(y)) throw domain();
    if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) throw domain();
    return Number(y) === 0 || Number(x) === 1 ? 1 : pow(x, y);
  }

  const equal = (x, y) => (typeof x === "boolean" ? Number(x) : x) === (typeof y === "boolean" ? Number(y) : y);
  const bits = (operate) => (x, y) => {
    const result = operate(BigInt(x), BigInt(y));
    return typeof x === "boolean" && typeof y === "boolean" ? result !== 0n : Number(result);
  };
  const lazyAnd = (x, other) => (truth(x) ? other() : x);
  const lazyOr = (x, other) => (truth(x) ? x : other());

  // --- builtins ---

  const items = (xs) => (xs.length === 1 && typeof xs[0] === "object" ? [...xs[0]] : xs);
  const smallest = (...xs) => items(xs).reduce((a, b) => (b < a ? b : a));
  const largest = (...xs) => items(xs).reduce((a, b) => (b > a ? b : a));

  function round(x, digits) {
    if (digits === undefined || digits === null) {
      if (!Number.isFinite(x)) throw error("ValueError", "cannot convert a number to an integer");
      const floor = Math.floor(x);
      const rest = x - floor;
      return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
    }
    if (!Number.isFinite(x)) return x;
    if (digits < 0) {
      const unit = 10 ** -digits;
      return round(x / unit) * unit;
    }
    const shown = Math.abs(x).toExponential(Math.min(100, 40));
    const last = Number(shown.slice(shown.indexOf("e") + 1)) + digits;
    const all = shown.slice(0, shown.indexOf("e")).replace(".", "");
    if (last < -1 || last > 38) return last < -1 ? 0 * x : x;
    const tie = all[last + 1] === "5" && /^0*$/.test(all.slice(last + 2));
    const even = Number(all[last] ?? "0") % 2 === 0;
    const text = Math.abs(x).toFixed(Math.min(100, digits));
    const value = tie && even ? Number(text) - 10 ** -digits : Number(text);
    return Math.sign(x) * Number(value.toFixed(Math.min(100, digits)));
  }

  function int(x) {
    if (Number.isNaN(x)) throw error("ValueError", "cannot convert float NaN to integer");
    if (!Number.isFinite(Number(x))) throw error("OverflowError", "cannot convert float infinity to integer");
    return Math.trunc(x) + 0;
  }

  function range(start, stop, step = 1) {
    if (stop === undefined) [start, stop] = [0, start];
    if (step === 0) throw error("ValueError", "range() arg 3 must not be zero");
    const count = Math.max(0, Math.ceil((stop - start) / step));
    if (count > 1e6) throw error("RuntimeError", "so many rounds are not followed on this page");
    return Array.from({ length: count }, (_, i) => start + i * step);
  }

  function fsum(xs) {
    // Shewchuk's exact partial sums, as in CPython.
    const partials = [];
    for (let x of xs) {
      let kept = 0;
      for (let y of partials) {
        if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
        const high = x + y;
        const low = y - (high - x);
        if (low !== 0) partials[kept++] = low;
        x = high;
      }
      partials.length = kept;
      partials.push(x);
    }
    return partials.reduceRight((total, part) => total + part, 0);
  }

  function sum(xs, start = 0) {
    // Neumaier's compensated sum, as in CPython from 3.12 on.
    let total = start, carry = 0;
    for (const x of xs) {
      const next = total + x;
      carry += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
      total = next;
    }
    return Number.isFinite(carry) ? total + carry : total;
  }

  const at = (xs, i) => (i < 0 ? xs[xs.length + i] : xs[i]);
  const index = (xs, i) => (i < 0 ? xs.length + i : i);
  const slice = (xs, from, to) => xs.slice(from ?? 0, to ?? xs.length);
  const repeat = (xs, n) => Array.from({ length: xs.length * Math.max(0, n) }, (_, i) => xs[i % xs.length]);
  const reversed = (xs) => [...xs].reverse();
  const enumerate = (xs, start = 0) => [...xs].map((x, i) => [i + start, x]);
  const zip = (...all) => range(Math.min(...all.map((xs) => xs.length))).map((i) => all.map((xs) => xs[i]));
  const contains = (xs, x) => xs.some((y) => equal(x, y));

  // --- functions that JavaScript has, with Python's errors ---

  const within = (f, test) => (x) => {
    if (!test(Number(x)) && !Number.isNaN(x)) throw domain();
    return f(x);
  };
  const finite = (f) => (x) => {
    const value = f(x);
    if (!Number.isFinite(value) && Number.isFinite(Number(x))) throw range_();
    return value;
  };
  const notInfinite = (x) => Number.isFinite(x);
  const logarithm = (f) => within(f, (x) => x > 0);
  const ln = logarithm(Math.log);
  const log = (x, base) => (base === undefined ? ln(x) : div(ln(x), ln(base)));
  const unit = (x) => Math.abs(x) <= 1;
  const copysign = (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x));

  function hypot(...xs) {
    return Math.hypot(...xs);
  }

  function fmod(x, y) {
    if (Number(y) === 0 || !Number.isFinite(x)) throw domain();
    return x % y;
  }

  function remainder(x, y) {
    if (Number(y) === 0 || !Number.isFinite(x)) throw domain();
    if (!Number.isFinite(y)) return x;
    const size = Math.abs(y);
    const rest = Math.abs(x) % size;
    const half = size - rest;
    let value = rest < half ? rest : rest > half ? -half : rest - 2 * ((0.5 * (Math.abs(x) - rest)) % size);
    return copysign(1, x) * value;
  }

  const whole = (x) => {
    if (!Number.isInteger(Number(x)) || x < 0) throw error("ValueError", "not a whole number from 0 on");
    return BigInt(x);
  };
  const product = (from, to) => {
    let result = 1n;
    for (let i = from; i <= to; i++) result *= i;
    return result;
  };
  const factorial = (n) => Number(product(1n, whole(n)));
  const perm = (n, k = n) => (k > n ? 0 : Number(product(whole(n) - whole(k) + 1n, whole(n))));
  const comb = (n, k) => (k > n ? 0 : Number(product(whole(n) - whole(k) + 1n, whole(n)) / product(1n, whole(k))));
  const gcd = (...xs) => xs.reduce((a, b) => { while (b) [a, b] = [b, a % b]; return Math.abs(a); }, 0);
  const lcm = (...xs) => xs.reduce((a, b) => (a && b ? Math.abs(a * b) / gcd(a, b) : 0), 1);

  // --- the error function: series and continued fraction, as in CPython's mathmodule.c ---

  const SQRT_PI = 1.7724538509055160272981674833411451;

  function erfSeries(x) {
    const square = x * x;
    let total = 0, k = 25.5;
    for (let i = 0; i < 25; i++) {
      total = 2 + (square * total) / k;
      k -= 1;
    }
    return (total * x * Math.exp(-square)) / SQRT_PI;
  }

  function erfcFraction(x) {
    if (x >= 30) return 0;
    const square = x * x;
    let a = 0, da = 0.5, p = 1, p0 = 0, q = da + square, q0 = 1;
    for (let i = 0; i < 50; i++) {
      a += da;
      da += 2;
      const b = da + square;
      [p, p0] = [b * p - a * p0, p];
      [q, q0] = [b * q - a * q0, q];
    }
    return ((p / q) * x * Math.exp(-square)) / SQRT_PI;
  }

  function erf(x) {
    if (Number.isNaN(x)) return x;
    if (Math.abs(x) < 1.5) return erfSeries(x);
    return Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
  }

  function erfc(x) {
    if (Number.isNaN(x)) return x;
    if (Math.abs(x) < 1.5) return 1 - erfSeries(x);
    return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
  }

  // --- the gamma function: Lanczos's sum, as in CPython's mathmodule.c ---

  const G = 6.024680040776729583740234375;
  const ABOVE = [
    23531376880.41076, 42919803642.6491, 35711959237.35567, 17921034426.03721, 6039542586.352028,
    1439720407.3117216, 248874557.86205417, 31426415.5854002, 2876370.6289353725,
    186056.26539522348, 8071.672002365816, 210.82427775157935, 2.5066282746310002,
  ];
  const BELOW = [
    0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925,
    66, 1,
  ];

  function lanczos(x) {
    let above = 0, below = 0;
    for (let i = 0; i < 13; i++) {
      const j = x < 5 ? 12 - i : i;
      const by = x < 5 ? x : 1 / x;
      above = above * by + ABOVE[j];
      below = below * by + BELOW[j];
    }
    return above / below;
  }

  function sinPi(x) {
    const y = Math.abs(x) % 2;
    const n = Math.round(2 * y);
    if (n === 1) return Math.cos(Math.PI * (y - 0.5));
    if (n === 2) return Math.sin(Math.PI * (1 - y));
    if (n === 3) return -Math.cos(Math.PI * (y - 1.5));
    return n === 4 ? Math.sin(Math.PI * (y - 2)) : Math.sin(Math.PI * y);
  }

  function gamma(x) {
    x = Number(x);
    if (Number.isNaN(x) || x === Infinity) return x;
    if (x === -Infinity || x === 0 || (x < 0 && Number.isInteger(x))) throw domain();
    if (Number.isInteger(x) && x <= 23) return factorial(x - 1);
    const size = Math.abs(x);
    if (size < 1e-20) return 1 / x;
    if (size > 200) {
      if (x < 0) return 0;
      throw range_();
    }
    const y = size + (G - 0.5);
    let rest = size > G - 0.5 ? y - size - (G - 0.5) : y - (G - 0.5) - size;
    rest = (rest * G) / y;
    const root = y ** (size / 2 - 0.25);
    let value;
    if (x < 0) {
      value = ((-Math.PI / sinPi(size) / size) * Math.exp(y)) / lanczos(size);
      value -= rest * value;
      value = value / root / root;
    } else {
      value = lanczos(size) / Math.exp(y);
      value += rest * value;
      value = value * root * root;
    }
    if (!Number.isFinite(value)) throw range_();
    return value;
  }

  function lgamma(x) {
    x = Number(x);
    if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Infinity;
    if (Number.isInteger(x) && x <= 2) {
      if (x <= 0) throw domain();
      return 0;
    }
    const size = Math.abs(x);
    if (size < 1e-20) return -Math.log(size);
    let value = Math.log(lanczos(size)) - G;
    value += (size - 0.5) * (Math.log(size + G - 0.5) - 1);
    if (x < 0) {
      value = Math.log(Math.PI) - Math.log(Math.abs(sinPi(size))) - Math.log(size) - value;
    }
    return value;
  }

  const math = {
    pi: Math.PI, e: Math.E, tau: 2 * Math.PI, inf: Infinity, nan: NaN,
    exp: finite(Math.exp), exp2: finite((x) => 2 ** x), expm1: finite(Math.expm1),
    log, log2: logarithm(Math.log2), log10: logarithm(Math.log10), log1p: within(Math.log1p, (x) => x > -1),
    sqrt: within(Math.sqrt, (x) => x >= 0), cbrt: Math.cbrt, isqrt: (n) => Math.floor(Math.sqrt(n)),
    sin: within(Math.sin, notInfinite), cos: within(Math.cos, notInfinite), tan: within(Math.tan, notInfinite),
    asin: within(Math.asin, unit), acos: within(Math.acos, unit), atan: Math.atan, atan2: Math.atan2,
    sinh: finite(Math.sinh), cosh: finite(Math.cosh), tanh: Math.tanh,
    asinh: Math.asinh, acosh: within(Math.acosh, (x) => x >= 1), atanh: within(Math.atanh, (x) => Math.abs(x) < 1),
    degrees: (x) => x * (180 / Math.PI), radians: (x) => x * (Math.PI / 180),
    pow: mathPow, hypot, dist: (p, q) => hypot(...p.map((x, i) => x - q[i])),
    fabs: (x) => Math.abs(x), copysign, fmod, remainder, ldexp: (x, i) => x * 2 ** i,
    floor: (x) => Math.floor(int(x) === x ? x : x) + 0, ceil: (x) => Math.ceil(x) + 0, trunc: int,
    fsum, prod: (xs, start = 1) => [...xs].reduce((a, b) => a * b, start),
    sumprod: (p, q) => fsum(p.map((x, i) => x * q[i])), fma: (x, y, z) => x * y + z,
    erf, erfc, gamma, lgamma, factorial, comb, perm, gcd, lcm,
    isnan: (x) => Number.isNaN(Number(x)), isfinite: (x) => Number.isFinite(Number(x)),
    isinf: (x) => Math.abs(x) === Infinity,
    isclose: (x, y, rel_tol = 1e-9, abs_tol = 0) =>
      x === y || Math.abs(x - y) <= Math.max(rel_tol * Math.max(Math.abs(x), Math.abs(y)), abs_tol),
  };

  return {
    error, truth, div, mod, floordiv, pow, equal, lazyAnd, lazyOr,
    bitand: bits((x, y) => x & y), bitor: bits((x, y) => x | y), bitxor: bits((x, y) => x ^ y),
    lshift: bits((x, y) => x << y), rshift: bits((x, y) => x >> y),
    abs: (x) => Math.abs(x), min: smallest, max: largest, round, int, float: Number, bool: truth,
    len: (xs) => xs.length, list: (xs) => [...xs], tuple: (xs) => [...xs],
    divmod: (x, y) => [floordiv(x, y), mod(x, y)], range, sum,
    at, index, slice, repeat, reversed, enumerate, zip, contains, math, isFloat,
  };
})();

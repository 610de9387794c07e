// Numbers as text: six significant digits, as Python's %.6g writes them.
"use strict";

function sixDigits(x) {
  if (x === null || x === undefined) return "";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "string") return x;
  if (Array.isArray(x)) return `(${x.map(sixDigits).join(", ")})`;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (x === 0) return `${sign}0`;
  let [digits, exponent] = rounded(Math.abs(x));
  digits = digits.replace(/0+$/, "");
  if (exponent < -4 || exponent >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.padEnd(exponent + 1, "0");
  const fraction = whole.slice(exponent + 1);
  return sign + whole.slice(0, exponent + 1) + (fraction && `.${fraction}`);
}

// Six digits and the exponent of the first one. Ties go to the even digit, as in C.
function rounded(x) {
  const [mantissa, power] = x.toExponential(60).split("e");
  const exact = mantissa.replace(".", "");
  if (/^50*$/.test(exact.slice(6)) && Number(exact[5]) % 2 === 0) {
    return [exact.slice(0, 6), Number(power)];
  }
  const [short, exponent] = x.toExponential(5).split("e");
  return [short.replace(".", ""), Number(exponent)];
}

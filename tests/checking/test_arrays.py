"""Arrays of symbolic numbers compute what NumPy computes."""

import builtins

import numpy as np
import pytest
import scipy.special

from checking.running import Laboratory
from symdiff.checking.arrays.array import Array, plain
from symdiff.checking.arrays.modules import namespace
from symdiff.checking.number import NoCounterpart, Symbolic

RNG = np.random.default_rng(5)
GIVEN = {
    "x": RNG.normal(size=5),
    "y": RNG.normal(size=5) + 3.0,
    "p": RNG.uniform(0.1, 0.9, 5),
    "A": RNG.normal(size=(3, 3)) + 2 * np.eye(3),
    "S": (lambda m: m @ m.T + np.eye(3))(RNG.normal(size=(3, 3))),
    "B": RNG.normal(size=(4, 3)),
    "T": RNG.normal(size=(2, 3, 4)),
    "M": RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3),
    "n": np.array([3, 1, 2]),
    "i": np.array([0, 2, 2, 1]),
    "s": 0.7,
}

ELEMENTWISE = """
np.exp(x) np.log(y) np.sqrt(y) np.sin(x) np.cos(x) np.tan(x) np.arcsin(p) np.arccos(p)
np.arctan(x) np.sinh(x) np.cosh(x) np.tanh(x) np.arcsinh(x) np.arccosh(y) np.arctanh(p)
np.log1p(p) np.expm1(x) np.log2(y) np.log10(y) np.exp2(x) np.cbrt(x) np.square(x) np.reciprocal(y)
np.abs(x) np.fabs(x) np.sign(x) np.floor(x) np.ceil(x) np.trunc(x) np.rint(x) np.round(x,2)
np.hypot(x,y) np.arctan2(x,y) np.maximum(x,0.0) np.minimum(x,y) np.fmax(x,y) np.fmin(x,y)
np.logaddexp(x,y) np.logaddexp2(x,y) np.power(y,x) y**2 2.0**x x**-1 x/y x//y x%y np.fmod(x,y)
x/n[0] 1/n n/2 -x +x np.heaviside(x,0.5) np.copysign(x,y) np.degrees(x) np.deg2rad(x) np.sinc(x)
np.isfinite(x) x>0 x<=y (x>0)&(y>3) ~(x>0) np.logical_not(x>0) np.where(x>0,x,-x)
np.where(x>0,np.sqrt(x),0.0) np.clip(x,-0.5,0.5) np.select([x>1,x>0],[x,2*x],0.5) np.nan_to_num(x)
np.isclose(x,x+1e-9) s*x x*s+1 np.multiply.outer(x,n) np.divmod(x,y)[1] np.modf(x)[0]
np.float_power(y,2) sp.expit(x) sp.logit(p) sp.erf(x) sp.erfc(x) sp.gammaln(y) sp.gamma(y)
sp.digamma(y) sp.polygamma(1,y) sp.xlogy(p,y) sp.xlog1py(p,y) sp.entr(p) sp.rel_entr(p,y)
sp.kl_div(p,y) sp.ndtr(x) sp.log_ndtr(x) sp.ndtri(p) sp.beta(p,y) sp.betaln(p,y) sp.j0(y) sp.j1(y)
sp.y0(y) sp.i0(y) sp.i1(y) sp.k0(y) sp.jv(2,y) sp.iv(2,y) sp.i0e(y) sp.k1e(y) sp.erfinv(p)
sp.erfcinv(p) sp.expi(y) sp.exp1(y) sp.expn(2,y) sp.gammainc(1.5,y) sp.gammaincc(1.5,y)
sp.ellipk(p) sp.ellipe(p) sp.dawsn(x) sp.logsumexp(x) sp.logsumexp(B,axis=1,keepdims=True)
sp.logsumexp(B,axis=0,b=2.0) sp.softmax(B,axis=1) sp.log_softmax(x) sp.boxcox(y,0.3)
sp.inv_boxcox(p,0.3) sp.huber(1.0,x) sp.pseudo_huber(1.0,x) sp.exprel(x) sp.cosm1(x) sp.poch(y,p)
sp.binom(y,p) sp.multigammaln(y,2) sp.erfcx(x) sp.erfi(x) sp.log_expit(x) sp.exp10(x)
sp.sici(y)[0] sp.fresnel(y)[1] sp.ellipkm1(p) sp.rgamma(y)
"""

ARRAYS = """
np.sum(B) np.sum(B,axis=0) np.sum(T,axis=(0,2),keepdims=True) B.sum(1) np.mean(B) B.mean(axis=1)
np.var(B) np.var(B,axis=0,ddof=1) np.std(B) B.std(axis=1,keepdims=True) np.prod(x) B.prod(axis=0)
np.max(B) B.max(axis=1) np.min(B,axis=0) np.ptp(B,axis=0) np.argmax(x) B.argmin(axis=1)
np.argsort(x) np.sort(B,axis=0) np.cumsum(B,axis=1) np.cumprod(x) np.diff(x) np.median(x)
np.median(B,axis=0) np.quantile(x,0.3) np.median(T,axis=(0,2)) ~(x>0)[0] n[0]/2
np.percentile(B,30,axis=1) np.quantile(B,[0.2,0.9],axis=0) np.average(x,weights=p) np.all(x<9)
np.any(B>1,axis=0) np.count_nonzero(x>0) np.dot(B,A) np.dot(x,y) B@A A@A M@M x@y np.outer(x,y)
np.inner(B,B) np.vdot(x,y) np.kron(A,n) np.tensordot(T,T,axes=([0,2],[0,2]))
np.tensordot(A,B,axes=[[0],[1]]) np.einsum("ij,kj->ik",A,B) np.einsum("ii",A) np.trace(A)
np.diag(A) np.diag(x) np.diagonal(A,1) np.tril(A) np.triu(A,1) np.transpose(T,(2,0,1)) T.T
np.swapaxes(T,0,1) np.moveaxis(T,0,-1) np.reshape(B,(2,-1)) B.ravel() B.flatten()
np.concatenate([A,B]) np.stack([x,y],axis=1) np.hstack([x,y]) np.vstack([A,B]) np.split(x,[2])[1]
np.tile(x,2) np.repeat(B,2,axis=0) np.roll(x,2) np.flip(B,0) np.pad(A,1) np.take(x,i)
np.squeeze(B[:1]) np.expand_dims(x,0) np.broadcast_to(x,(2,5)) np.cross(A,B[:3])
np.searchsorted(np.sort(x),0.1) np.unique(n) np.block([[A,A],[A,A]]) B[1:,::2] x[i] B[x[:4]>0]
B[i,[0,1,2,0]] T[...,0] T[0,None,1] x[::-1] A[[0,1]][:,[1,1]] np.flatnonzero(x>0) np.zeros(3)
np.ones((2,2)) np.full((2,),s) np.eye(3) np.arange(4.0) np.arange(1,9,2) np.linspace(0,1,5)
np.zeros_like(B) np.full_like(x,2) np.array([s,1,2]) np.array([[s,1],[2,3.5]]) np.tri(3)
np.interp(s,np.array([0.0,1.0,2.0]),np.array([1.0,3.0,2.0])) np.linalg.solve(A,B.T)
np.linalg.solve(M,B[:3]) np.linalg.inv(M) np.linalg.det(A) np.linalg.slogdet(A)[1]
np.linalg.slogdet(M).logabsdet np.linalg.cholesky(S) np.linalg.norm(x) np.linalg.norm(A)
np.linalg.norm(A,1) np.linalg.norm(A,axis=0) np.linalg.norm(x,3) np.linalg.norm(x,np.inf)
np.linalg.norm(A,np.inf) np.linalg.pinv(B) np.linalg.pinv(B.T) np.linalg.matrix_power(A,3)
np.linalg.matrix_power(A,-2) np.linalg.qr(B)[0] np.linalg.qr(B)[1] np.linalg.qr(A)[0]
np.linalg.qr(A)[1] np.linalg.qr(B,mode="complete")[0] np.linalg.multi_dot([B,A,A])
np.linalg.cond(A,1)
np.linalg.tensorinv(T[:,:,:3].reshape(2,3,3)[:,:,:2].reshape(2,2,3)[:,:,0].reshape(2,2),ind=1)
np.convolve(x,y) np.correlate(x,y) np.vander(x,3) np.trapezoid(x) np.maximum.reduce(B)
np.add.accumulate(x) np.add.reduce(B,axis=1) np.meshgrid(x,y)[0] np.polyval(x,s) np.ediff1d(x)
np.fft.fftshift(x) B.astype(int) (x>0).astype(float) n.astype(float)/2 (x>0).sum()
np.sum(x,where=x>0) np.mean(B,axis=1,where=B>-9) np.shape(B) np.ndim(x) np.size(B) x.size B.shape
len(B) float(np.sum(x)) int(n[0]) sum(x) max(x) abs(x) x.tolist() [v*2for-v-in-x]
np.lexsort((x,y)) np.nonzero(x>0)[0] x.dot(y) np.add(x,y,out=np.zeros(5)) np.ix_([0,2],[1])[0]
np.result_type(x,n) np.iscomplexobj(x) np.nansum(x) np.allclose(x,x) np.array_equal(n,n)
np.triu_indices(3)[1] np.fill_diagonal(A.copy(),0.0)
"""


def value(found):
    """A result in floats."""
    if isinstance(found, np.ndarray):
        values = plain(found)
        return np.array([value(v) for v in values.reshape(-1)]).reshape(values.shape)
    if isinstance(found, (list, tuple)):
        return [value(v) for v in found]
    return float(found.value) if isinstance(found, Symbolic) else found


def symbolic(given):
    lab = Laboratory()
    names = dict(lab.world.names)
    for name, number in given.items():
        if isinstance(number, float):
            (names[name],) = lab.inputs(number)
        elif number.dtype.kind == "f":
            found = np.empty(number.size, object)
            found[:] = lab.inputs(*number.reshape(-1).tolist())
            names[name] = found.reshape(number.shape).view(Array)
        else:
            names[name] = lab.lifter.lift(number)
    names |= {"np": namespace("numpy"), "sp": namespace("scipy.special")}
    return names, lab


@pytest.mark.parametrize("text", [*ELEMENTWISE.split(), *ARRAYS.split()])
@pytest.mark.filterwarnings("ignore")
def test_the_same_as_numpy(text):
    text = text.replace("for-v-in-x", " for v in x")
    names, _ = symbolic(GIVEN)
    want = eval(text, {"np": np, "sp": scipy.special, **GIVEN}, vars(builtins))
    found = eval(text, names)
    if isinstance(want, np.ndarray):
        assert isinstance(found, Array) and found.dtype == want.dtype
    if want is None or isinstance(want, np.dtype):
        assert found == want
    else:
        np.testing.assert_allclose(value(found), want, rtol=1e-9, atol=1e-12)


STATEMENTS = {
    "views": "C = B.copy(); r = C[1]; r *= 2.0; c = C[:, 0]; c[:] = c + 1; out = C",
    "transposed": "C = B.copy(); D = C.T.reshape(3, 4); D[0] = 0.0; C.T[1] += x[:4]; out = C",
    "masks": "C = x.copy(); C[C > 0] = 0.5; C[[0, 0]] += 1.0; out = C",
    "add at": "C = x.copy(); np.add.at(C, i, 2.0); np.subtract.at(C, [0, 0], s); out = C",
    "out": "C = np.zeros(5); np.multiply(x, y, out=C); np.exp(C, C); out = C",
    "fill": "C = x.copy(); C.fill(0.5); C.flat[1] = s; out = C",
    "swap": "C = x.copy(); C[0], C[1] = C[1], C[0]; out = C",
    "sort": "C = x.copy(); C.sort(); out = C",
    "integers": "C = n.copy(); C[0] += 5; C *= 2; out = C / 4",
    "accumulate": "C = np.ones_like(x); np.cumprod(x[:-1], out=C[1:]); out = C",
    "diagonal": "C = A.copy(); np.fill_diagonal(C, s); C[np.arange(3), n - 1] -= 1.0; out = C",
    "iterate": "out = 0.0\nfor row in B:\n    for v in row:\n        out += v * v",
    "kept": "C = np.zeros(2); C[0] = s; D = C.copy(); v = C[0]; C[0] += v; out = D + v",
    "kept in lists": "C = [np.sum(x), np.array(2.0)]; D = np.array(C); E = D.copy(); "
    "D[1] *= s; np.put(D, [0], [s]); F = D.copy(); D[0] *= s; out = E + F",
    "strided": "C = T.copy(); C[:, ::2, -1] **= 2; C[0, ..., None] /= 3.0; out = C",
}


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS)
def test_stores_and_views_are_those_of_numpy(text):
    names, _ = symbolic(GIVEN)
    given = {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in GIVEN.items()}
    want = {"np": np, **given}
    exec(text, want)
    exec(text, names)
    np.testing.assert_allclose(value(names["out"]), want["out"], rtol=1e-12)


def test_what_is_not_followed_says_so():
    names, _ = symbolic(GIVEN)
    for text in ("np.fft.fft(x)", "np.linalg.eigh(S)", "sp.wofz(x)", "np.linalg.svd(A)", "x * 1j"):
        with pytest.raises((NoCounterpart, TypeError)):
            eval(text, names)


def test_memory_that_was_not_set_is_no_number():
    names, _ = symbolic(GIVEN)
    assert np.isnan(value(eval("np.empty(3) + 1.0", names))).all()
    assert np.isnan(value(eval("np.empty_like(x)[0] * 0.0", names)))


def test_floats_in_arrays_are_exact():
    names, _ = symbolic(GIVEN)
    assert eval("np.array([0.1])[0] + 0.2 == 0.3", {**names, "__builtins__": names}) is not None
    third = eval("np.ones(1) / np.array([3])", names)[0]
    assert third * 3 == 1


def test_where_comparisons_of_arrays_came_out_both_ways_is_noted():
    names, lab = symbolic({"x": np.array([1.0, -2.0]), "y": np.array([1.0, 2.0])})
    eval(compile("x > 0", "model.py", "eval"), names)
    eval(compile("y > 0", "other.py", "eval"), names)
    outcomes = {site[0]: found for site, found in lab.run.sites.items()}
    assert outcomes == {"model.py": {True, False}, "other.py": {True}}

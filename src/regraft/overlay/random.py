"""Random numbers: the host's own module, with the SystemRandom of 3.15.

`Random` and every seeded sequence are the host's, bit for bit: its code runs in this module. Only the class
that draws on the operating system, which programs use for security, is brought up to date.
Differs: functions and `Random` are those of the host release, with its parameters.

Source: https://docs.python.org/3.15/library/random.html
"""
from __future__ import absolute_import, division, print_function

from binascii import hexlify as _rg_hexlify
from operator import index as _rg_index

from regraft import _compat as _rg_compat, _emulated as _rg_emulated, randomness as _rg_randomness

# First, as the host's code takes urandom() out of `os`.
_rg_randomness.provide()
_rg_said = __doc__
del absolute_import, division, print_function
_rg_compat.load_host_module("random", globals())
if _rg_said and __doc__:
    __doc__ += "\n" + _rg_said  # the host's code has brought its own text


class _RgNewer(object):
    """Methods that SystemRandom lacks, or has with less in them, on some hosts. None depends on a seed."""

    def getrandbits(self, k):
        """Return a random int of `k` bits, 0 or more. Since: 2.4; 0 bits since 3.9."""
        k = _rg_index(k)
        if k < 0:
            raise ValueError("number of bits must be non-negative")
        size = (k + 7) // 8
        return _rg_number(_urandom(size)) >> (size * 8 - k)  # noqa: F821  (the host's)

    def randbytes(self, n):
        """Return `n` random bytes. Since: 3.9."""
        return _urandom(n)  # noqa: F821

    def _randbelow(self, n):
        """Return a random int from 0 up to, and without, `n`, all equally likely."""
        if n < 1:
            raise ValueError("the upper bound must be positive")
        k = n.bit_length()
        r = self.getrandbits(k)
        while r >= n:
            r = self.getrandbits(k)
        return r

    def randrange(self, start, stop=None, step=1):
        """Return a random member of range(start, stop, step). Since: 1.5.2; unbiased for every width since 3.2."""
        first = _rg_whole(start, "arg 1")
        if stop is None:
            # The host overlooks the step here, whatever it is.
            if first <= 0:
                raise ValueError("empty range for randrange()")
            return int(self._randbelow(first))
        last, step = _rg_whole(stop, "stop"), _rg_whole(step, "step")
        if not step:
            raise ValueError("zero step for randrange()")
        size = (last - first + step - (1 if step > 0 else -1)) // step
        if size <= 0:
            raise ValueError("empty range in randrange(%d, %d%s)" % (first, last, "" if step == 1 else ", %d" % step))
        return int(first + step * self._randbelow(size))

    def randint(self, a, b):
        """Return a random int from `a` to `b`, both included. Since: 1.5.2; what has `__index__` for `b` since 3.14."""
        return self.randrange(a, (_rg_index(b) if hasattr(b, "__index__") else b) + 1)

    def choice(self, seq):
        """Return a random element of a sequence. Since: 1.5.2; unbiased since 3.2."""
        size = len(seq)
        if not size:
            raise IndexError("Cannot choose from an empty sequence")
        return seq[self._randbelow(size)]

    @_rg_compat.keyword_only("cum_weights")
    def choices(self, population, weights=None, cum_weights=None, k=1):
        """Return `k` random elements, with repetitions, as likely as their weights. Since: 3.6."""
        if weights is not None and cum_weights is not None:
            raise TypeError("Cannot specify both weights and cumulative weights")
        if isinstance(weights, _rg_compat.integer_types):
            raise TypeError("The number of choices must be a keyword argument: k=%r" % (weights,))
        if weights is None and cum_weights is None:
            return [self.choice(population) for _ in range(_rg_index(k))]
        sums = cum_weights if weights is None else _rg_running_sums(weights)
        if len(sums) != len(population):
            raise ValueError("The number of weights does not match the population")
        total = sums[-1] + 0.0
        if total <= 0.0:
            raise ValueError("Total of weights must be greater than zero")
        if total - total != 0.0:
            raise ValueError("Total of weights must be finite")
        points = [self.random() * total for _ in range(_rg_index(k))]
        return [population[each] for each in _rg_find(sums, points, len(sums) - 1)]

    @_rg_compat.keyword_only("counts")
    def sample(self, population, k, counts=None):
        """Return `k` random elements without repetition. Since: 2.3; `counts` since 3.9."""
        if isinstance(population, dict) and not _rg_compat.PY2:
            raise TypeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
        if isinstance(population, (set, frozenset, dict)):
            population = tuple(population)
        size = len(population)
        if counts is not None:
            sums = _rg_running_sums(counts)
            if len(sums) != size:
                raise ValueError("The number of counts does not match the population")
            size = sums[-1] if sums else 0
            if not isinstance(size, _rg_compat.integer_types):
                raise TypeError("Counts must be integers")
            if size < 0:
                raise ValueError("Counts must be non-negative")
        if not 0 <= k <= size:
            raise ValueError("Sample larger than population or is negative")
        chosen = []
        moved = {}
        # A shuffle that stops after k steps and notes only what has changed its place.
        for i in range(k):
            j = i + self._randbelow(size - i)
            chosen.append(moved.get(j, j))
            moved[j] = moved.get(i, i)
        if counts is not None:
            chosen = _rg_find(sums, chosen, len(sums))
        return [population[place] for place in chosen]

    def shuffle(self, x, random=None):
        """Put a list in random order. Since: 1.5.2; unbiased since 3.2; `random` is a name of 2.7's."""
        for i in reversed(range(1, len(x))):
            j = self._randbelow(i + 1) if random is None else int(random() * (i + 1))
            x[i], x[j] = x[j], x[i]

    def expovariate(self, lambd=1.0):
        """Return an exponentially distributed number. Since: 1.5.2; the default since 3.12."""
        return Random.expovariate(self, lambd)  # noqa: F821

    def gauss(self, mu=0.0, sigma=1.0):
        """Return a normally distributed number. Since: 1.5.2; the defaults since 3.11."""
        return Random.gauss(self, mu, sigma)  # noqa: F821

    def normalvariate(self, mu=0.0, sigma=1.0):
        """Return a normally distributed number. Since: 1.5.2; the defaults since 3.11."""
        return Random.normalvariate(self, mu, sigma)  # noqa: F821

    def binomialvariate(self, n=1, p=0.5):
        """Return how many of `n` independent trials succeed, each with probability `p`. Since: 3.12."""
        if n < 0:
            raise ValueError("n must be non-negative")
        if not 0.0 <= p <= 1.0:
            raise ValueError("p must be in the range 0.0 <= p <= 1.0")
        if p < 1.0:
            n = int(n // 1)
        successes = 0
        # Think of n uniform numbers, of which those below p count. The middle one is beta distributed; it
        # decides about half of them at once and leaves the other half (Devroye 1986, X.4.3).
        while n > 16 and 0.0 < p < 1.0:
            middle = (n + 1) // 2
            value = self.betavariate(middle, n + 1 - middle)
            if value <= p:
                successes += middle
                n -= middle
                p = (p - value) / (1.0 - value)
            else:
                n = middle - 1
                p /= value
        if p >= 1.0:
            return successes + n
        return successes + sum(self.random() < p for _ in range(n))


class _RgRepaired(object):
    """Methods that the host has, but without what a newer release has mended in them."""

    def randrange(self, start, stop=None, step=1):
        """Return a random member of range(start, stop, step). Since: 1.5.2; what has `__index__` since 3.10."""
        return Random.randrange(self, *map(_rg_plain, (start, stop, step)))  # noqa: F821

    @_rg_compat.keyword_only("counts")
    def sample(self, population, k, counts=None):
        """Return `k` random elements without repetition. Since: 2.3; none of nothing, by `counts`, since 3.14."""
        if counts is None:
            return Random.sample(self, population, k)  # noqa: F821
        counts = list(counts)
        sums = _rg_running_sums(counts) or [0]
        if len(counts) == len(population) and isinstance(sums[-1], int) and sums[-1] == 0:
            # Where the host has no total to choose from.
            return Random.sample(self, range(0), k)  # noqa: F821
        return Random.sample(self, population, k, counts=counts)  # noqa: F821


def _rg_whole(value, what):
    """Return the int that an argument of randrange() stands for; hosts before 3.12 take 3.0 as well."""
    if hasattr(value, "__index__"):
        return _rg_index(value)
    if value != int(value):
        raise ValueError("non-integer %s for randrange()" % what)
    return int(value)


def _rg_number(data):
    # What 2.7 and 3 both have; 2.7's getrandbits() gives a long.
    return _rg_compat.integer_types[-1](_rg_hexlify(data) or b"0", 16)


def _rg_running_sums(values):
    sums = []
    for value in values:
        sums.append(sums[-1] + value if sums else value)
    return sums


def _rg_find(sums, points, end):
    """Return for each point the index of the first sum above it, `end` at most."""
    if not points:
        # As when this module is imported, and _rg_repair() tries: a program's own bisect.py must do no harm then.
        return []
    from bisect import bisect

    return [bisect(sums, point, 0, end) for point in points]


def _rg_plain(value):
    return _rg_index(value) if hasattr(value, "__index__") else value


def _rg_bring_up_to_date(cls):
    """Give `cls` the methods that it lacks, or has with less in them."""
    # A name that a release added tells what else it added or repaired.
    for witness, names in (
            ("choices", ("randrange", "randint", "choice", "choices", "shuffle")),
            ("randbytes", ("getrandbits", "_randbelow", "randbytes", "sample")),
            ("binomialvariate", ("expovariate", "gauss", "normalvariate", "binomialvariate"))):
        if not hasattr(cls, witness):
            _rg_give(cls, names, _RgNewer)
    if not _rg_compat.PY2:
        _rg_repair(cls)


def _rg_repair(cls):
    """Replace the methods of a host of 3.x that do not do what no name tells of."""
    class One(object):
        def __index__(self):
            return 1

    class Trial(cls):
        def _randbelow(self, n):
            return 0

    for name, donor, arguments, options, expected in (
            ("randrange", _RgRepaired, (One(),), {}, 0), ("randint", _RgNewer, (1, One()), {}, 1),
            ("choice", _RgNewer, ({},), {}, IndexError), ("sample", _RgRepaired, ([], 0), {"counts": []}, [])):
        try:
            answer = getattr(Trial(), name)(*arguments, **options)
        except (LookupError, TypeError, ValueError) as error:
            answer = type(error)
        if answer != expected:
            _rg_give(cls, (name,), donor)


def _rg_give(cls, names, donor):
    for name in names:
        method = vars(donor)[name]
        if hasattr(method, "__qualname__"):
            method.__qualname__ = "%s.%s" % (cls.__name__, name)
        setattr(cls, name, method)


if _rg_emulated.RELEASE is None or not _rg_compat.PY2:
    _rg_bring_up_to_date(SystemRandom)  # noqa: F821

if _rg_emulated.RELEASE is not None:
    _rg_emulated.present(__name__)

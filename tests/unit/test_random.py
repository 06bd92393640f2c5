"""`random`: the host's sequences bit for bit, and 3.15's SystemRandom."""
from __future__ import absolute_import, division, print_function

import os
import pickle
import subprocess
import sys

import pytest
import random

from regraft import _compat, _openssl
from regraft._compat import PY2

REGRAFTED = os.path.dirname(os.path.abspath(random.__file__))
DRAWS = """
import random, sys
r = random.Random(20080229)
drawn = [r.random(), r.getrandbits(100), r.randrange(10 ** 30), r.randint(-5, 5), r.choice("abcdef"),
         r.sample(range(1000), 20), r.gauss(0, 1), r.uniform(1, 2), r.expovariate(1.5), r.betavariate(1, 2),
         r.vonmisesvariate(1, 2), r.triangular(0, 1), r.getstate()[1][:5]]
deck = list(range(52)); r.shuffle(deck); drawn.append(deck)
random.seed("text"); drawn.append([random.random() for _ in range(5)])
random.seed(1.5); drawn.append(random.getrandbits(64))
print(repr(drawn))
"""


def run(program, grafted):
    """The output of a program under this interpreter, with the overlay or without."""
    path = [entry for entry in sys.path if grafted or os.path.abspath(entry or ".") != REGRAFTED]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path), PYTHONHASHSEED="0", REGRAFT_DISABLE="1")
    return subprocess.check_output([sys.executable, "-c", program], env=environment)


def test_seeded_sequences_are_the_host_s_bit_for_bit():
    where = "import random; print(random.__file__)"
    assert b"overlay" in run(where, True) and b"overlay" not in run(where, False)
    assert run(DRAWS, True) == run(DRAWS, False)


def test_the_module_has_all_that_the_host_s_has():
    theirs = set(eval(run("import random; print(sorted(vars(random)))", False)))
    allowed = {"__cached__", "__spec__", "__loader__"}
    assert theirs - set(vars(random)) <= allowed
    assert random.Random.__module__ == random.SystemRandom.__module__ == "random"
    assert [each.__name__ for each in random.SystemRandom.__mro__][:3] == ["SystemRandom", "Random", "Random"]


def test_generators_are_pickled_as_the_host_s():
    generator = random.Random(5)
    twin = pickle.loads(pickle.dumps(generator, 2))
    assert twin.random() == generator.random()


class Counted(random.SystemRandom):
    """A source of randomness that says what was drawn."""

    def getrandbits(self, k):
        self.asked.append(k)
        return self.values.pop(0)


def counted(*values):
    source = Counted()
    source.values, source.asked = list(values), []
    return source


@pytest.fixture
def source():
    return random.SystemRandom()


def test_getrandbits_gives_any_number_of_bits(source):
    assert source.getrandbits(0) == 0
    for bits in (1, 7, 8, 9, 31, 32, 33, 1000):
        seen = [source.getrandbits(bits) for _ in range(50)]
        assert all(isinstance(each, _compat.integer_types) and 0 <= each < 1 << bits for each in seen)
        assert max(seen).bit_length() > bits - 20
    with pytest.raises(ValueError):
        source.getrandbits(-1)
    with pytest.raises(TypeError):
        source.getrandbits(1.5)
    with pytest.raises((TypeError, ValueError)):
        source.getrandbits("a")


def test_randbytes_gives_bytes(source):
    for size in (0, 1, 16, 4096):
        assert isinstance(source.randbytes(size), bytes) and len(source.randbytes(size)) == size
    assert source.randbytes(16) != source.randbytes(16)
    with pytest.raises(ValueError):
        source.randbytes(-1)
    with pytest.raises(TypeError):
        source.randbytes("a")


def test_numbers_below_a_bound_are_drawn_again_until_they_fit():
    for values, n, expected in (([7, 6, 5, 2], 5, 2), ([1], 2, 1), ([0], 1, 0), ([3, 3, 0], 3, 0)):
        source = counted(*values)
        assert source._randbelow(n) == expected
        assert not source.values and set(source.asked) <= {n.bit_length(), (n - 1).bit_length()}
    assert counted(12, 9).randrange(10) == 9
    assert counted(15, 4).randrange(10, 30, 2) == 18
    assert counted(5).choice("abcdef") == "f"
    assert counted(3).randint(-1, 9) == 2


def test_ranges_hold_both_ends(source):
    assert {source.randint(1, 3) for _ in range(200)} == {1, 2, 3}
    assert {source.randrange(0, 7, 3) for _ in range(200)} == {0, 3, 6}
    assert {source.randrange(5, -1, -2) for _ in range(200)} == {5, 3, 1}
    assert {source.randrange(3) for _ in range(200)} == {0, 1, 2}
    wide = [source.randrange(1 << 200) for _ in range(20)]
    assert max(wide).bit_length() > 180
    for wrong in ((0,), (5, 5), (5, 1), (1, 5, -1), (1, 2, 0)):
        with pytest.raises(ValueError):
            source.randrange(*wrong)
    with pytest.raises((ValueError, TypeError)):
        source.randrange(1.5)


@pytest.mark.skipif(not PY2, reason="randrange() is 3.x's own, which takes such objects since 3.10")
def test_what_stands_for_a_number_is_taken_as_one():
    class Three(object):
        def __index__(self):
            return 3

    source = random.SystemRandom()
    assert {source.randrange(Three()) for _ in range(200)} == {0, 1, 2}
    assert {source.randrange(0, 7, Three()) for _ in range(200)} == {0, 3, 6}
    assert {source.randint(Three(), Three()) for _ in range(5)} == {3}
    assert len(source.choices("ab", k=Three())) == len(source.choices("ab", [1, 2], k=Three())) == 3


def test_an_element_of_nothing_is_an_index_error(source):
    with pytest.raises(IndexError):
        source.choice([])
    with pytest.raises(IndexError):
        source.choices([], k=1)
    assert source.choices([], k=0) == []


def test_choices_follow_their_weights(source):
    assert source.choices("abc", weights=[0, 1, 0], k=20) == ["b"] * 20
    assert source.choices("abc", cum_weights=[0, 0, 5], k=20) == ["c"] * 20
    assert set(source.choices("abc", k=200)) == set("abc")
    drawn = source.choices("ab", [9, 1], k=5000)
    assert 4200 < drawn.count("a") < 4800
    for wrong, error in ((dict(weights=[1], cum_weights=[1]), TypeError), (dict(weights=[1, 2]), ValueError),
                         (dict(weights=5), TypeError), (dict(cum_weights=[1, 2]), ValueError)):
        with pytest.raises(error):
            source.choices("abc", **wrong)


@pytest.mark.skipif(not PY2, reason="later hosts have a `choices` of their own, some without these checks")
def test_weights_must_have_a_usable_sum(source):
    for weights in ([0, 0, 0], [-1, 0, 0], [float("inf"), 1, 1], [float("nan"), 1, 1]):
        with pytest.raises(ValueError):
            source.choices("abc", weights)


def test_a_sample_repeats_nothing(source):
    for size in (0, 1, 5, 99, 100):
        drawn = source.sample(range(100), size)
        assert len(drawn) == len(set(drawn)) == size and set(drawn) <= set(range(100))
    assert sorted(source.sample(["a", "b"], counts=[2, 3], k=5)) == ["a", "a", "b", "b", "b"]
    assert sorted(source.sample("abc", 3)) == list("abc")
    seen = {tuple(source.sample([0, 1, 2], 2)) for _ in range(300)}
    assert len(seen) == 6
    for population, size in (([1], 2), ([1], -1)):
        with pytest.raises(ValueError):
            source.sample(population, size)
    with pytest.raises(ValueError):
        source.sample("ab", 1, counts=[1])


@pytest.mark.skipif(not PY2, reason="Python 3 takes no third argument, or a deprecated one")
def test_what_2_7_took_it_still_takes(source):
    deck = list(range(5))
    source.shuffle(deck, lambda: 0.0)
    assert deck == [1, 2, 3, 4, 0]
    assert sorted(source.sample({1, 2, 3}, 3)) == [1, 2, 3]
    assert sorted(source.sample({"a": 1, "b": 2}, 2)) == ["a", "b"]
    assert source.randrange(10.0) in range(10)
    source.jumpahead(5)
    source.seed(5)


def test_shuffling_makes_every_order(source):
    seen = set()
    for _ in range(400):
        deck = [0, 1, 2]
        source.shuffle(deck)
        seen.add(tuple(deck))
    assert len(seen) == 6


def test_distributions_have_the_defaults_of_3_15(source):
    assert source.expovariate() >= 0.0
    many = [source.gauss() for _ in range(500)] + [source.normalvariate() for _ in range(500)]
    assert abs(sum(many) / len(many)) < 0.25


class Index(object):
    """What stands for a number without being one, as numpy's do."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


# What 3.15.2 answers; hosts of 3.x refused some of it up to 3.13.
EDGES = [
    ("sample", ([], 0), {"counts": []}, []), ("sample", ("ab", 0), {"counts": [0, 0]}, []),
    ("sample", ("ab", 0), {"counts": [1, 1]}, []), ("sample", ("ab", 2), {"counts": [0, 2]}, ["b", "b"]),
    ("sample", ("ab", 1), {"counts": iter([1, 0])}, ["a"]), ("sample", ("a", 1), {"counts": None}, ["a"]),
    ("choices", ("a",), {"k": 0}, []), ("choices", ("a",), {"k": -1}, []), ("choices", ("",), {"k": 0}, []),
    ("choices", ("ab",), {"cum_weights": [0, 1], "k": 2}, ["b", "b"]), ("choices", ("a",), {"k": Index(2)}, ["a", "a"]),
    ("randbytes", (0,), {}, b""), ("getrandbits", (0,), {}, 0), ("getrandbits", (False,), {}, 0),
    ("randrange", (Index(1),), {}, 0), ("randrange", (Index(4), Index(6), Index(2)), {}, 4),
    ("randint", (Index(1), 1), {}, 1), ("randint", (1, Index(1)), {}, 1), ("randrange", (5, 6, 10 ** 30), {}, 5),
    ("binomialvariate", (0,), {}, 0), ("binomialvariate", (3.0, 1), {}, 3),
]
REFUSED = [
    ("sample", ([], 1), {}, ValueError), ("sample", ([], 1), {"counts": []}, ValueError),
    ("sample", ("a", 1), {"counts": []}, ValueError), ("sample", ("", 0), {"counts": [1]}, ValueError),
    ("sample", ("ab", 1), {"counts": [0, 0]}, ValueError), ("sample", ("ab", 3), {"counts": [1, 1]}, ValueError),
    ("sample", ("ab", -1), {"counts": [1, 1]}, ValueError), ("sample", ("ab", 0), {"counts": [-2, 1]}, ValueError),
    ("sample", ("ab", 1), {"counts": [1, 1.0]}, TypeError), ("sample", ("ab", 1), {"counts": 5}, TypeError),
    ("choices", ("",), {}, IndexError), ("choices", ("",), {"weights": [], "k": 0}, IndexError),
    ("choices", ("ab",), {"weights": [1]}, ValueError), ("choices", ("a",), {"cum_weights": iter([1])}, TypeError),
    ("choices", ("a",), {"k": 1.0}, TypeError), ("choices", ("a",), {"weights": [1], "cum_weights": [1]}, TypeError),
    ("randbytes", (-1,), {}, ValueError), ("randbytes", (1.0,), {}, TypeError), ("getrandbits", (-1,), {}, ValueError),
    ("getrandbits", (8.0,), {}, TypeError), ("getrandbits", (1 << 70,), {}, OverflowError),
    ("randrange", (1, 2, 0), {}, ValueError), ("randrange", (0,), {}, ValueError), ("randint", (2, 1), {}, ValueError),
    ("choice", ({},), {}, IndexError), ("choice", (set(),), {}, IndexError), ("shuffle", ((1, 2),), {}, TypeError),
    ("binomialvariate", (-1,), {}, ValueError), ("binomialvariate", ("5", 0.5), {}, TypeError),
]


@pytest.mark.parametrize("name, arguments, options, answer", EDGES)
def test_the_edges_are_those_of_3_15(source, name, arguments, options, answer):
    assert getattr(source, name)(*arguments, **options) == answer


@pytest.mark.parametrize("name, arguments, options, error", REFUSED)
def test_what_3_15_refuses_is_refused_alike(source, name, arguments, options, error):
    with pytest.raises(error):
        getattr(source, name)(*arguments, **options)


@pytest.mark.skipif(not PY2, reason="newer hosts have a step of their own there, or refuse it")
def test_a_step_without_a_stop_is_overlooked_as_2_7_does(source):
    assert {source.randrange(3, step=2) for _ in range(100)} == {0, 1, 2} == {
        source.randrange(3, None, 0) for _ in range(100)}


@pytest.mark.parametrize("n, p", [(0, 0.5), (1, 0.5), (10, 0.0), (10, 1.0), (17, 0.3), (1000, 0.01), (100000, 0.7)])
def test_binomial_numbers_lie_where_they_should(source, n, p):
    drawn = [source.binomialvariate(n, p) for _ in range(60)]
    assert all(isinstance(each, int) and 0 <= each <= n for each in drawn)
    mean, spread = n * p, (n * p * (1 - p)) ** 0.5
    # Eight standard deviations of the mean of 60.
    assert abs(sum(drawn) / 60.0 - mean) <= 8 * spread / 60 ** 0.5


def test_binomial_numbers_of_small_n_have_the_right_distribution(source):
    counts = [0] * 21
    for _ in range(4000):
        counts[source.binomialvariate(20, 0.5)] += 1
    # P(10) = 0.176, P(<= 5) = 0.0207; limits eight standard deviations away.
    assert 512 < counts[10] < 898 and sum(counts[:6]) < 155


def test_binomial_numbers_need_a_probability(source):
    for n, p in ((-1, 0.5), (1, -0.1), (1, 1.1)):
        with pytest.raises(ValueError):
            source.binomialvariate(n, p)


def test_there_is_no_state_to_read_or_set(source):
    with pytest.raises(NotImplementedError):
        source.getstate()
    with pytest.raises(NotImplementedError):
        source.setstate(None)


def test_the_host_s_module_is_found_in_a_zipped_library_too(tmpdir):
    import zipfile

    archive = str(tmpdir.join("library.zip"))
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("regraft_sample.py", "value = __name__ + '!'\n")
    namespace = {"__name__": "regraft_sample", "__file__": os.path.join(REGRAFTED, "regraft_sample.py")}
    sys.path.append(archive)
    try:
        __import__("regraft_sample")
        _compat.load_host_module("regraft_sample", namespace)
        assert namespace["value"] == "regraft_sample!"
        with pytest.raises(ImportError) as caught:
            _compat.load_host_module("regraft_absent", namespace)
        assert "regraft_absent" in str(caught.value)
    finally:
        sys.path.remove(archive)
        sys.modules.pop("regraft_sample", None)


@pytest.mark.parametrize("state", ["source", "compiled", "stale"])
def test_the_host_s_module_is_run_from_its_newest_form(tmpdir, state):
    import py_compile

    source = tmpdir.join("regraft_sample.py")
    source.write("value = 1\n")
    if state != "source":
        py_compile.compile(str(source))
    if state == "stale":
        source.write("value = 'newer'\n")
        os.utime(str(source), (2000000000, 2000000000))
    if state == "compiled" and PY2:
        source.remove()
    namespace = {"__name__": "regraft_sample", "__file__": os.path.join(REGRAFTED, "regraft_sample.py")}
    sys.path.append(str(tmpdir))
    try:
        _compat.load_host_module("regraft_sample", namespace)
    finally:
        sys.path.remove(str(tmpdir))
    assert namespace["value"] == ("newer" if state == "stale" else 1)


def test_openssl_s_generator_answers():
    assert _openssl.RAND_status() == 1
    assert len(_openssl.RAND_bytes(33)) == 33 and _openssl.RAND_bytes(0) == b""
    data, strong = _openssl.RAND_pseudo_bytes(5)
    assert len(data) == 5 and strong is True
    for mixed in (b"bytes", u"text", bytearray(b"more")):
        assert _openssl.RAND_add(mixed, 1.5) is None
    for wrong, error in ((-1, ValueError), (1 << 31, OverflowError), (1.5, TypeError), ("a", TypeError)):
        with pytest.raises(error):
            _openssl.RAND_bytes(wrong)
    with pytest.raises(TypeError):
        _openssl.RAND_add(None, 1.0)
    with pytest.raises(TypeError):
        _openssl.RAND_add(b"bytes", "many")

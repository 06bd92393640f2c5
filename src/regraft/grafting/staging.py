"""All that goes into a tree is made beside it first, in the store: text, byte code, owners, times; and tried there."""
from __future__ import absolute_import, division, print_function

import json
import os

from regraft.grafting import GraftError, files, layout, records, trees

# Run by the tree's interpreter; arguments, if any, are put before the standard library.
_CHECK = """\
import sys
sys.path[:1] = sys.argv[1:]
import hashlib, hmac, os, random, socket, ssl
ssl.SSLContext(getattr(ssl, "PROTOCOL_TLS_CLIENT", ssl.PROTOCOL_SSLv23))
hmac.new(b"key", hashlib.sha256(b"").digest(), hashlib.sha256).digest()
random.SystemRandom().random(), os.urandom(1)
from regraft import _openssl, activation
print(os.path.dirname(os.path.abspath(ssl.__file__)))
print(_openssl.OPENSSL_VERSION)
print(activation.name_version(*_openssl._OPENSSL_API_VERSION[:4]))
"""


def stage(plan, record, moment):
    """Keep the originals in the store, put the new files beside them, and note all of it in the record.

    Args: plan (layout.Layout); record (dict), of `records.begin`; moment (int), the time of the new files in seconds.
    Raises: GraftError, EnvironmentError; the tree itself was not touched.
    """
    library, store = plan.tree.library, plan.tree.store
    new = os.path.join(store, records.STAGED)
    for folder in set(["", "__pycache__"] + [os.path.dirname(each) for each in plan.natives.values()]):
        path = os.path.join(library, folder)
        if os.path.isdir(path):
            record["folders"][folder] = files.describe_folder(path)
        elif plan.tree.facts["tag"]:
            record["made"].append(folder)
    like = os.stat(os.path.join(library, "ssl.py"))
    moment = _avoid_times(plan, moment)
    sources = []
    for name in plan.modules:
        source = name + ".py"
        original = plan.find_original(name)
        kept = ([source] if original else []) + layout.list_bytecode(library, source, plan.tree.facts["tag"])
        for path in kept:
            files.keep(os.path.join(library, path), os.path.join(store, path))
        files.write(os.path.join(new, source), plan.read_module(name),
                    os.stat(os.path.join(library, source)) if original else like, moment)
        record["modules"].append({"name": name, "files": dict.fromkeys([source] + kept)})
        sources.append(source)
    for name, path in sorted(plan.natives.items()):
        # Beside the modules that need them, so that the store as it is can be put before the library in a path.
        stored = os.path.basename(path)
        files.keep(os.path.join(library, path), os.path.join(store, stored))
        record["natives"].append({
            "name": name, "path": path, "stored": stored, "taken": files.describe(os.path.join(store, stored))})
    extension = like
    if plan.natives:
        extension = os.stat(os.path.join(library, sorted(plan.natives.values())[-1]))
    for path, data in sorted(plan.read_package().items()):
        path = os.path.join(layout.PACKAGE, path)
        files.write(os.path.join(new, path), data, extension if path.endswith((".so", ".pyd")) else like, moment)
        if path.endswith(".py"):
            sources.append(path)
    compile_sources(plan, sources)
    _describe(plan, record)
    files.flush_all(store)


def _avoid_times(plan, moment):
    # Byte code tells by the time of change in seconds whose it is: the new text must have another than the old.
    times = set(int(os.stat(os.path.join(plan.tree.library, name + ".py")).st_mtime) for name in plan.modules
                if plan.find_original(name))
    while moment in times:
        moment += 1
    return moment


def compile_sources(plan, sources):
    """Let the tree's interpreter write the byte code of staged sources, of the kinds that the tree has."""
    library, new = plan.tree.library, os.path.join(plan.tree.store, records.STAGED)
    mode = plan.find_mode()
    for suffix, level in plan.list_kinds():
        tasks = []
        for source in sources:
            tasks.append({
                "source": os.path.join(new, source), "shown": plan.tree.show(os.path.join(library, source)),
                "target": os.path.join(new, plan.name_bytecode(source, suffix)), "optimize": level, "mode": mode})
        for task in tasks:
            files.make_folder(os.path.dirname(task["target"]), os.stat(task["source"]))
        flags = ("-B", "-S", "-E") + (("-O",) if level and not plan.tree.facts["tag"] else ())
        plan.tree.run("compiling.py", data=json.dumps(tasks), flags=flags)
        for source, task in zip(sources, tasks):
            before = os.path.join(library, plan.name_bytecode(source, suffix))
            files.finish(task["target"], os.stat(before if os.path.exists(before) else task["source"]))


def _describe(plan, record):
    store = plan.tree.store
    new = os.path.join(store, records.STAGED)
    for module in record["modules"]:
        source = module["name"] + ".py"
        for suffix, _level in plan.list_kinds():
            module["files"].setdefault(plan.name_bytecode(source, suffix), None)
        for path in module["files"]:
            module["files"][path] = dict(
                (what, files.describe(os.path.join(top, path)) if os.path.lexists(os.path.join(top, path)) else None)
                for what, top in (("put", new), ("taken", store)))
    package = os.path.join(new, layout.PACKAGE)
    record["package"] = dict((path, files.describe(os.path.join(package, path))) for path in files.list_files(package))


def check(tree, staged=False):
    """Try in the tree's interpreter whether regraft's modules work; before they are switched in, where they are staged.

    Returns:
        dict: `loaded` and `built_with`, the OpenSSL that the extension has and that it was built with (str).
    Raises: GraftError, if they do not.
    """
    place = os.path.join(tree.store, records.STAGED) if staged else tree.library
    command = [tree.executable, "-B", "-S", "-E", "-c", _CHECK]
    found, loaded, built_with = trees.run(command + ([place] if staged else [])).splitlines()[-3:]
    if os.path.realpath(found) != os.path.realpath(place):
        raise GraftError("%s takes its ssl from %s, not from %s" % (tree.executable, found, place))
    return {"loaded": loaded, "built_with": built_with}

#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""modules.py KERNEL_DIR LIST OUT: copies the modules that LIST names, and what they need, to
OUT/lib/modules/, and writes OUT/lib/modules/pintle.order: one path and its arguments a line, in the
order of loading. LIST has a module a line, arguments after it, '#' comments. The order comes from
each module's own depends= and softdep=, so that neither depmod nor its files are needed; what is
built in is left out."""
import os
import re
import shutil
import sys


def plain(path):
    """A module's name as the kernel has it: no folder, no suffix, no dashes."""
    return re.sub(r"\.ko.*$", "", os.path.basename(path)).replace("-", "_")


class Tree:
    def __init__(self, kernel):
        base = os.path.join(kernel, "lib/modules")
        self.base = os.path.join(base, os.listdir(base)[0])
        self.path = {
            plain(f): os.path.join(d, f)
            for d, _, files in os.walk(self.base) for f in files if ".ko" in f
        }
        with open(os.path.join(self.base, "modules.builtin")) as f:
            self.builtin = {plain(line.strip()) for line in f}

    def needs(self, name):
        with open(self.path[name], "rb") as f:
            info = f.read()
        depends = re.search(rb"\0depends=([^\0]*)\0", info)
        names = depends[1].decode().split(",") if depends else []
        for soft in re.findall(rb"\0softdep=pre: ([^\0]*)\0", info):
            names += [n for n in soft.decode().split() if not n.endswith(":")]
        return [n.replace("-", "_") for n in names if n]


def ordered(tree, wanted):
    order = []

    def add(name, asked):
        if name in order or name in tree.builtin:
            return
        if name not in tree.path:
            if asked:
                sys.exit(f"modules.py: {name}: neither a module nor built in")
            return
        for need in tree.needs(name):
            add(need, False)
        order.append(name)

    for name in wanted:
        add(name, True)
    return order


def main():
    kernel, listing, out = sys.argv[1:]
    tree = Tree(kernel)
    wanted = {}
    with open(listing) as f:
        for line in f:
            name, _, args = line.partition("#")[0].strip().partition(" ")
            if name:
                wanted[name.replace("-", "_")] = args
    target = os.path.join(out, "lib/modules")
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(target, "pintle.order"), "w") as f:
        for name in ordered(tree, wanted):
            shutil.copyfile(tree.path[name], os.path.join(target, name + ".ko"))
            f.write(f"/lib/modules/{name}.ko {wanted.get(name, '')}".rstrip() + "\n")


main()

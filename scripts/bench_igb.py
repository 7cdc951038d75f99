#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The yardstick of the guest's speed: DPDK's testpmd on two of QEMU's stock igb ports.

Owns the rival's machine: the guest of the project (kernel, modules, QEMU and its options taken from
`ringside run --dry-run`, so that both sides run alike), two igb on one hub instead of our devices,
and an init that starts testpmd. Knows nothing of how our side is measured; bench_guest.py compares.

usage: bench_igb.py BUILD [FRAME [MILLISECONDS]]    one run: frames forwarded, user CPU seconds
"""
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile

TESTPMD = "dpdk-testpmd"
DRIVERS = ("librte_net_e1000.so", "librte_mempool_ring.so")
IGB_ID = "8086 10c9"
PORTS = ("0000:01:00.0", "0000:02:00.0")
IN_FLIGHT_BURSTS = 8  # of 32 frames each way: enough that testpmd never finds both rings empty
SETTLE_S = 8  # of guest time until testpmd takes commands and both links are up; idle time is free
DEADLINE_S = 120

INIT = """\
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/hugepages /var/run; mount -t hugetlbfs huge /dev/hugepages
while read -r module; do insmod "$module"; done </lib/modules/order
echo {id} >/sys/bus/pci/drivers/vfio-pci/new_id
{{ sleep {settle}; echo start tx_first {bursts}; usleep {microseconds}; echo stop; echo quit; }} |
    {testpmd} -d {drivers} --lcores 0@0,1@0 -m 64 --no-telemetry --file-prefix=s {allow} -- \
    -i --total-num-mbufs=8192 --txpkts={size} >/log 2>&1
status=$?; cat /log >/dev/ttyS0
echo RIVAL-DONE $status >/dev/ttyS0
reboot -f
"""


class RivalMissing(Exception):
    """testpmd, or a library of it, is not on this machine"""


def closure(path):
    """the files that a program or library loads, by ldd"""
    text = subprocess.run(["ldd", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    if "not found" in text:
        raise RivalMissing(f"{path}: {text}")
    return set(re.findall(r"(/\S+) \(0x", text))


def drivers_folder():
    found = subprocess.run(["sh", "-c", "ls -d /usr/lib/*/dpdk/pmds-*"], stdout=subprocess.PIPE,
                           check=False, text=True).stdout.split()
    if not found:
        raise RivalMissing("no DPDK drivers below /usr/lib: apt-get install dpdk-dev "
                           "librte-net-e1000-* librte-mempool-ring*")
    return found[-1]


def overlay(folder, init):
    """a cpio archive that is laid over the project's image: init, testpmd and what it loads"""
    testpmd = shutil.which(TESTPMD)
    if not testpmd:
        raise RivalMissing(f"no {TESTPMD}: apt-get install --no-install-recommends dpdk-dev")
    root = os.path.join(folder, "root")
    pmds = [os.path.realpath(os.path.join(drivers_folder(), name)) for name in DRIVERS]
    files = {testpmd, *pmds}
    for path in list(files):
        files |= closure(path)
    libc = next(path for path in files if "/libc.so" in path)
    files.add(os.path.join(os.path.dirname(libc), "libgcc_s.so.1"))  # opened when threads end
    for path in files:
        os.makedirs(root + os.path.dirname(path), exist_ok=True)
        shutil.copy(os.path.realpath(path), root + path)
    with open(os.path.join(root, "init"), "w", encoding="ascii") as stream:
        stream.write(init(testpmd, pmds))
    os.chmod(os.path.join(root, "init"), 0o755)
    out = os.path.join(folder, "overlay.cpio")
    subprocess.run(["bsdtar", "--format", "newc", "-C", root, "-cf", out, "."], check=True)
    return out


def command(build, folder, image):
    """our own command line with other ports"""
    text = subprocess.run([f"{build}/ringside", "run", "--dry-run", "--cold",
                           "scenarios/forward/64B-4Mpps.yaml"],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    words = shlex.split(text.splitlines()[-1])
    ours = re.compile(r"ringside-|pcie-root-port|mailbox")
    argv, at = [], 0
    while at < len(words):
        if words[at] in ("-device", "-object") and ours.search(words[at + 1]):
            at += 2
            continue
        argv.append(words[at])
        at += 1
    argv[argv.index("-initrd") + 1] = image
    console = argv.index("-chardev") + 1
    argv[console] = f"file,id=console,path={folder}/console"
    argv[argv.index("-append") + 1] += " rdinit=/init"
    for port in range(len(PORTS)):
        argv += ["-netdev", f"hubport,id=n{port},hubid=0",
                 "-device", f"pcie-root-port,id=rp{port},bus=pcie.0,addr={10 + port:#x},"
                 f"chassis={port + 1},slot={port + 1}",
                 "-device", f"igb,bus=rp{port},netdev=n{port}"]
    return argv


def run(build, size, milliseconds):
    """One run, from power-on: (frames forwarded by testpmd, user CPU seconds of QEMU)."""
    with tempfile.TemporaryDirectory() as folder:
        def init(testpmd, pmds):
            return INIT.format(id=IGB_ID, size=size - 4, bursts=IN_FLIGHT_BURSTS,
                               settle=SETTLE_S, microseconds=1000 * milliseconds, testpmd=testpmd,
                               drivers=" -d ".join(pmds),
                               allow=" ".join(f"-a {port}" for port in PORTS))
        image = os.path.join(folder, "image")
        with open(image, "wb") as out:
            for part in (f"{build}/guest/initramfs", overlay(folder, init)):
                with open(part, "rb") as stream:
                    shutil.copyfileobj(stream, out)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        argv = command(build, folder, image)
        done = subprocess.run(argv, timeout=DEADLINE_S, check=False, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(os.path.join(folder, "console"), encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    if done.returncode or "RIVAL-DONE 0" not in text:
        raise RuntimeError(f"testpmd did not end well:\n{done.stderr}\n{text[-3000:]}")
    total = re.search(r"Accumulated forward statistics.*?TX-packets: (\d+)", text, re.S)
    if not total:
        raise RuntimeError(f"testpmd printed no statistics:\n{text[-3000:]}")
    return int(total.group(1)), after.ru_utime - before.ru_utime


if __name__ == "__main__":
    print(*run(sys.argv[1], int((sys.argv[2:3] or ["64"])[0]), int((sys.argv[3:4] or ["100"])[0])))

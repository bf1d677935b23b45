"""What the measuring commands of this folder share: running a program and asking the kernel what it used, frames to
measure with, and tables in docs/performance.md between a pair of markers."""
import dataclasses
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs/performance.md"
KINDS = ("shader", "interface", "noise")


@dataclasses.dataclass
class Usage:
    wall_s: float
    cpu_s: float
    peak_mib: float


def run(command):
    """Runs a program to its end; anything but exit status 0 ends the measurement."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    if status != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def read_through(path):
    """Brings a file into the page cache."""
    with open(path, "rb", buffering=0) as file:
        piece = bytearray(1 << 20)
        while file.readinto(piece):
            pass


def forget(path):
    """Takes a file out of the page cache."""
    with open(path, "rb") as file:
        os.fdatasync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def put_away(output):
    """Takes a folder of files, or a file, out of the next run's way and frees the disk under it, but gives no inode back:
    ext4 looks at each one that was deleted in the last minutes whenever a file is made, and a run of thousands of files after
    thousands were deleted costs a millisecond a file more. What is put away goes with the folder it lies in."""
    output = pathlib.Path(output)
    if not output.exists():
        return
    for file in output.iterdir() if output.is_dir() else [output]:
        os.truncate(file, 0)
    number = 0
    while (away := output.with_name(f"{output.name}.away{number}")).exists():
        number += 1
    output.rename(away)


def make_frames(build, kind, width, height, frames, raw):
    with open(raw, "wb") as file:
        subprocess.run([build / "bench/make_frames", kind, str(width), str(height), str(frames)], stdout=file,
                       check=True)


def make_take(build, raw, width, height, take):
    """The same bytes as a take: bottom-up, so that the export has the flip to do."""
    subprocess.run([build / "framespool", "import", raw, "-o", take, "--size", f"{width}x{height}", "--fps", "60",
                    "--quiet"], check=True)


def output_bytes(path):
    path = pathlib.Path(path)
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size


median = statistics.median


def machine():
    """One line: when, on what, with which ffmpeg, beside how much other work."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return (f"{datetime.date.today()}, {len(os.sched_getaffinity(0))} cores ({model}), ffmpeg {version}, "
            f"load before {os.getloadavg()[0]:.1f}")


def write_docs(marker, text):
    """Replaces what stands in docs/performance.md between <!-- MARKER --> and <!-- /MARKER -->."""
    old = DOCS.read_text()
    pattern = re.compile(rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", re.S)
    if not pattern.search(old):
        sys.exit(f"{DOCS} has no place for {marker}")
    DOCS.write_text(pattern.sub(lambda found: found[1] + text.rstrip("\n") + "\n" + found[2], old))

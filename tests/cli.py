"""What golden files cannot show of the command: time, signals, pipes, terminals, full disks.

usage: cli.py SSP
"""
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

SSP = os.path.abspath(sys.argv[1])
PLAN = b'{"id":"v","root":{"op":"scan","table":"t"}}'
TIMEOUT = 100 if "san/" in SSP else 20  # sanitizers take their time


def create(i, record="{}"):
    return b'{"table":"t","op":"create","id":%d,"record":%s}\n' % (i, record.encode())


def created(i):
    return b'{"view_id":"v","format":"streaming","records":[{"id":"t:%d","event":"created"}]}\n' % i


THREADS = ["--threads=1"]


def start(*args, **more):
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([SSP, *THREADS, *args], **{**options, **more})


def read_some(stream):
    """What comes within a while; b'' if nothing does."""
    ready, _, _ = select.select([stream], [], [], TIMEOUT)
    return os.read(stream.fileno(), 1 << 16) if ready else b""


def wait_for_sleep(process):
    """Until the process waits for input."""
    for _ in range(TIMEOUT * 100):
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] == "S":
                return
        time.sleep(0.01)
    raise AssertionError("it never waits for input")


def wait_for_rest(process):
    """Until all its threads wait for something and keep waiting."""
    rest = 0
    for _ in range(TIMEOUT * 20):
        states = []
        for task in os.listdir(f"/proc/{process.pid}/task"):
            with open(f"/proc/{process.pid}/task/{task}/stat", encoding="ascii") as stat:
                states.append(stat.read().rsplit(")", 1)[1].split()[0])
        rest = rest + 1 if set(states) == {"S"} else 0
        if rest == 5:
            return
        time.sleep(0.05)
    raise AssertionError("it never rests")


def test_output_is_flushed_when_input_would_block():
    process = start("plan.json")
    process.stdin.write(create(1))
    process.stdin.flush()
    assert read_some(process.stdout) == created(1)
    process.stdin.write(create(2) + create(3))
    process.stdin.flush()
    got = read_some(process.stdout)
    while len(got) < len(created(2) + created(3)):
        got += read_some(process.stdout)
    assert got == created(2) + created(3)
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0


def test_a_window_ends_while_the_input_is_silent():
    process = start("--window=1s", "--seq", "plan.json")
    for seq in (1, 2):
        begin = time.monotonic()
        process.stdin.write(create(seq * 10))
        process.stdin.flush()
        time.sleep(0.1)
        process.stdin.write(create(seq * 10 + 1))
        process.stdin.flush()
        got = read_some(process.stdout)
        assert got == (b'{"view_id":"v","format":"streaming","seq":%d,"records":['
                       b'{"id":"t:%d","event":"created"},{"id":"t:%d","event":"created"}]}\n'
                       % (seq, seq * 10, seq * 10 + 1))
        assert time.monotonic() - begin > 0.99
    process.stdin.write(create(5))
    process.stdin.close()
    assert process.stdout.read().count(b"\n") == 1  # the end does not wait for the window
    assert process.wait(TIMEOUT) == 0


def test_a_window_does_not_divide_a_transaction():
    process = start("--window=50ms", "plan.json")
    process.stdin.write(create(1) + b'{"op":"begin"}\n' + create(2))
    process.stdin.flush()
    assert read_some(process.stdout) == created(1)
    time.sleep(0.2)
    process.stdin.write(create(3) + b'{"op":"commit"}\n')
    process.stdin.flush()
    assert read_some(process.stdout) == created(2)[:-3] + b',{"id":"t:3","event":"created"}]}\n'
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0


def test_a_window_does_not_end_while_nothing_waits():
    process = start("--window=1ms", "plan.json")
    process.stdin.write(b"\n")
    process.stdin.flush()
    time.sleep(0.3)
    wait_for_sleep(process)
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
        ticks = sum(int(x) for x in stat.read().rsplit(")", 1)[1].split()[11:13])
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0
    assert ticks < 10  # of 10 ms: it slept


def test_views_side_by_side_write_as_often_as_they_say():
    with open("plan.json", "ab") as file:
        file.write(b'{"id":"slow","refresh":"1500ms","root":{"op":"scan","table":"t"}}')
    process = start("plan.json")
    begin = time.monotonic()
    for i in range(1, 4):
        process.stdin.write(create(i))
        process.stdin.flush()
        assert read_some(process.stdout) == created(i)
    process.stdin.write(b'{"table":"t","op":"delete","id":2}\n')
    process.stdin.flush()
    assert b'"id":"t:2","event":"deleted"' in read_some(process.stdout)
    assert read_some(process.stdout) == (b'{"view_id":"slow","format":"streaming","records":['
                                         b'{"id":"t:1","event":"created"},'
                                         b'{"id":"t:3","event":"created"}]}\n')
    assert time.monotonic() - begin > 1.49
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0


def test_event_time_makes_the_same_steps_at_any_speed():
    with open("plan.json", "wb") as file:
        file.write(b'[{"id":"v","root":{"op":"scan","table":"t"}},'
                   b'{"id":"w","refresh":"5s","root":{"op":"scan","table":"t"}}]')
    lines = [b'{"table":"t","op":"create","id":%d,"record":{},"ts":%d.5}\n' % (i, i * 7 % 50 + i // 3)
             for i in range(60)]
    outputs = []
    for pause in (0, 0.001, 0.02):
        process = start("--window=2s", "--window-on=ts", "--seq", "plan.json")
        for line in lines:
            process.stdin.write(line)
            if pause:
                process.stdin.flush()
                time.sleep(pause)
        outputs.append(process.communicate(timeout=TIMEOUT)[0])
    assert outputs[0].count(b"\n") > 10
    assert outputs[0] == outputs[1] == outputs[2]


def test_a_signal_writes_what_waits_and_what_is_held():
    with open("plan.json", "ab") as file:
        file.write(b'{"id":"slow","refresh":"1h","root":{"op":"scan","table":"t"}}')
    status, out, _ = stop_by(signal.SIGTERM, create(1) + create(2), "--window=1h")
    assert status == -signal.SIGTERM
    two = created(1)[:-3] + b',{"id":"t:2","event":"created"}]}\n'
    assert out == two + two.replace(b'"v"', b'"slow"')


def test_a_signal_at_any_time_leaves_whole_steps():
    lines = b"".join(create(i, '{"a":%d}' % i) for i in range(2000))
    whole = subprocess.run([SSP, "plan.json"], input=lines, capture_output=True, timeout=TIMEOUT,
                           check=True).stdout

    def feed(process):
        try:
            for i in range(0, len(lines), 10000):
                process.stdin.write(lines[i:i + 10000])
                process.stdin.flush()
                time.sleep(0.005)
            process.wait(TIMEOUT)  # the input goes on
            process.stdin.close()
        except BrokenPipeError:
            pass

    for wait in (0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1):
        process = start("plan.json")
        feeder = threading.Thread(target=feed, args=(process,))
        feeder.start()
        out = read_some(process.stdout)
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        out, err = out + process.stdout.read(), process.stderr.read()
        assert process.wait(TIMEOUT) == -signal.SIGTERM
        feeder.join()
        assert whole.startswith(out) and out.endswith(b"\n")
        assert err == b"ssp: stopped by signal 15 after %d lines\n" % out.count(b"\n")


def test_a_slow_reader_loses_nothing():
    process = start("--window=1ms", "plan.json")

    def write():
        for i in range(100):
            process.stdin.write(b"".join(create(i * 100 + j) for j in range(100)))
            process.stdin.flush()
        process.stdin.close()

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.3)  # nobody reads: the pipe is full
    got = process.stdout.read()
    writer.join()
    assert process.wait(TIMEOUT) == 0
    assert got.count(b'"event":"created"') == 10000


def test_a_slow_writer_changes_nothing():
    log = b"\xef\xbb\xbf" + b"".join(create(i, '{"a":"\u00e4\u20ac"}') for i in range(40)) + b"\r\n"
    log += b'{"op":"begin"}\r\n' + create(41) + create(7) + b'{"op":"commit"}\n \n' + create(42)[:-1]
    whole = subprocess.run([SSP, "--batch=3", "--seq", "plan.json"], input=log, capture_output=True,
                           timeout=TIMEOUT, check=True).stdout
    assert whole.count(b"\n") == 16
    for size in (1, 7, 64):
        process = start("--batch=3", "--seq", "plan.json")
        for i in range(0, len(log), size):
            process.stdin.write(log[i:i + size])
            process.stdin.flush()
            if i % (size * 97) == 0:
                time.sleep(0.005)
        assert process.communicate(timeout=TIMEOUT)[0] == whole
        assert process.returncode == 0


def test_a_window_ends_inside_a_line_that_does_not_go_on():
    process = start("--window=50ms", "plan.json")
    process.stdin.write(create(1) + create(2)[:20])
    process.stdin.flush()
    assert read_some(process.stdout) == created(1)
    process.stdin.write(create(2)[20:])
    process.stdin.flush()
    assert read_some(process.stdout) == created(2)
    process.stdin.close()
    assert process.wait(TIMEOUT) == 0


def test_a_signal_in_every_phase_leaves_whole_lines():
    """Plans, --load, the first evaluation, steps, a transaction, the end: wherever it strikes."""
    with open("plan.json", "ab") as file:
        file.write(b'{"id":"n","format":"delta","refresh":3,"root":{"op":"aggregate","input":'
                   b'{"op":"scan","table":"t"},"aggregates":[{"func":"count"}]}}')
    with open("load", "wb") as file:
        file.write(b"".join(create(i, '{"a":%d}' % i) for i in range(3000)))
    with open("log", "wb") as file:
        for i in range(2000, 5000, 10):
            file.write(b"".join(create(j, "{}") for j in range(i, i + 5)) + b'{"op":"begin"}\n'
                       + b"".join(create(j, "{}") for j in range(i + 5, i + 10))
                       + b'{"op":"commit"}\n')
    args = ["--load=load", "--initial", "--seq", "plan.json", "log"]
    begin = time.monotonic()
    whole = subprocess.run([SSP, *THREADS, *args], capture_output=True, timeout=TIMEOUT,
                           check=True).stdout.split(b"\n")
    took = time.monotonic() - begin
    stopped = 0
    for i in range(20):
        process = start(*args)
        time.sleep(took * i / 18)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=TIMEOUT)
        assert process.returncode in (0, -signal.SIGTERM)
        *lines, rest = out.split(b"\n")
        assert rest == b""
        held = 0  # what a view holds back is written at the end, with the last step's number
        while held < len(lines) and lines[held] == whole[held]:
            held += 1
        assert held >= len(lines) - 1 and all(b'"view_id":"n"' in x for x in lines[held:]), lines[held:]
        if err:
            stopped += 1
            assert process.returncode == -signal.SIGTERM
            assert err.startswith(b"ssp: stopped by signal 15 after ") and err.count(b"\n") == 1
        else:  # before it could be caught, or after all was done
            assert lines in ([], whole[:-1])
    assert stopped > 0


def test_a_signal_while_nobody_reads_ends_it_when_somebody_does():
    with open("log", "wb") as file:
        file.write(b"".join(create(i) for i in range(1, 120000)))
    process = start("plan.json", "log")
    wait_for_rest(process)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert process.poll() is None  # the step is finished, and written
    out, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGTERM
    count = out.count(b"\n")
    assert out == b"".join(created(i) for i in range(1, count + 1))
    assert err == b"ssp: stopped by signal 15 after %d lines\n" % count
    assert count < 119999


def stop_by(number, lines, *args):
    process = start(*args, "plan.json")
    process.stdin.write(lines)
    process.stdin.flush()
    time.sleep(0.1)
    wait_for_sleep(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


def test_a_signal_finishes_the_step_and_says_how_far_it_came():
    for number in (signal.SIGINT, signal.SIGTERM):
        status, out, err = stop_by(number, create(1) + create(2), "--batch=0")
        assert status == -number
        assert out == created(1)[:-3] + b',{"id":"t:2","event":"created"}]}\n'
        assert err == b"ssp: stopped by signal %d after 2 lines\n" % number


def test_a_signal_drops_an_open_transaction():
    status, out, _ = stop_by(signal.SIGTERM, create(1) + b'{"op":"begin"}\n' + create(2))
    assert status == -signal.SIGTERM
    assert out == created(1)


def test_a_signal_keeps_the_rejects():
    status, _, _ = stop_by(signal.SIGINT, b"no\n", "--on-error=skip", "--rejects=rejects")
    assert status == -signal.SIGINT
    with open("rejects", "rb") as file:
        assert file.read() == b'ssp: <stdin>:1:1: not a JSON object\nno\n'


def test_rejects_can_be_mended_and_fed_again():
    lines = create(1) + b'{"table":"t","op":"craete","id":2,"record":{}}\n' + create(3)
    done = subprocess.run([SSP, *THREADS, "--on-error=skip", "--rejects=rejects", "plan.json"], input=lines,
                          capture_output=True, timeout=TIMEOUT, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    with open("rejects", "rb") as file:
        again = b"".join(x for x in file if not x.startswith(b"ssp: ")).replace(b"craete", b"create")
    assert again == create(2)
    done = subprocess.run([SSP, *THREADS, "plan.json"], input=again, capture_output=True, timeout=TIMEOUT,
                          check=False)
    assert done.stdout == created(2)


def test_a_reader_that_goes_away_ends_it_quietly():
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = start("--line-buffered", "plan.json", stdout=write_end,
                    preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
    os.close(write_end)
    _, err = process.communicate(create(1), timeout=TIMEOUT)
    assert process.returncode == -signal.SIGPIPE
    assert err == b""


def test_a_full_disk_is_an_error():
    for args in ([], ["--line-buffered"], ["-o", "/dev/full"]):
        with open("/dev/full", "wb") as full:
            process = start(*args, "plan.json", stdout=full)
            _, err = process.communicate(create(1), timeout=TIMEOUT)
        assert process.returncode == 2
        assert b"No space left on device" in err


def test_a_terminal_without_a_log_gets_advice():
    primary, secondary = pty.openpty()
    process = start("plan.json", stdin=secondary)
    out, err = process.communicate(timeout=TIMEOUT)
    os.close(primary)
    os.close(secondary)
    assert (process.returncode, out, err.count(b"\n")) == (2, b"", 1)
    assert b"standard input is a terminal" in err


def test_what_is_read_is_not_written_over():
    with open("log", "wb") as file:
        file.write(create(1))
    for args, stdin in ((["plan.json", "log"], None), (["plan.json"], "log")):
        with open(stdin or os.devnull, "rb") as source:
            process = start("-o", "log", *args, stdin=source)
            _, err = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 2
        assert err.endswith(b"is read too; write to another file\n")
    with open("log", "rb") as file:
        assert file.read() == create(1)


def test_a_patch_reads_the_line_of_its_record_again():
    # Rows that no view shows are kept as a hash of their content.
    with open("load", "wb") as file:
        file.write(create(1, '{"a":1}') + create(2, '{"a":2}'))
    with open("log", "wb") as file:
        file.write(b'{"table":"t","op":"patch","id":1,"record":{"b":2}}\n')
    done = subprocess.run([SSP, *THREADS, "--load=load", "plan.json", "log"], capture_output=True,
                          timeout=TIMEOUT, check=False)
    assert (done.returncode, done.stdout) == (0, created(1).replace(b"created", b"updated"))


def test_a_log_that_changes_under_the_run_is_an_error():
    # So many lines of output that the pipe is full, and what waits for it, before the patch.
    count = 20000 if THREADS == ["--threads=1"] else 60000
    if count > 20000 and "tsan" in SSP:
        return  # which takes minutes
    lines = [create(i, '{"a":1}') for i in range(1, count)]
    with open("log", "wb") as file:
        file.write(b"".join(lines) + b'{"table":"t","op":"patch","id":1,"record":{"b":2}}\n')
    process = start("plan.json", "log")
    wait_for_rest(process)
    with open("log", "r+b") as file:
        file.write(lines[0].replace(b'"a":1', b'"a":9'))
    out, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 2
    assert out.count(b"\n") == count - 1  # what was applied is not lost
    assert b'record "t:1" cannot be read again: the log has changed since' in err


def test_memory_stays_small_on_endless_blank_input():
    process = start("--max-line=1K", "--on-error=skip", "-q", "plan.json")
    for _ in range(64):
        process.stdin.write(b" " * (1 << 20))  # one line of 64 MiB of nothing
    process.stdin.write(b"\n" * (1 << 20) + create(7))
    process.stdin.flush()
    assert read_some(process.stdout) == created(7)
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        peak = next(int(x.split()[1]) for x in status if x.startswith("VmHWM"))
    process.stdin.close()
    assert process.wait(TIMEOUT) == 1  # the line was longer than --max-line
    assert peak < 200 * 1024 or "asan" in SSP or "tsan" in SSP


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        for threads in ("1", "2"):
            THREADS[0] = "--threads=" + threads
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                with open("plan.json", "wb") as file:
                    file.write(PLAN)
                test()
                os.chdir("/")
            print("ok", name, "with", threads, "threads" if threads > "1" else "thread")
    print(f"{len(tests)} passed, 0 failed")


main()

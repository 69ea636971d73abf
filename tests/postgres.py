"""A PostgreSQL 15 of one's own, and one session with it through psql.

The server runs in a scratch directory, reached through a socket there, without fsync; it is stopped
by its process id, however the script ends. As root it runs as the user postgres.
"""
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

BIN = "/usr/lib/postgresql/15/bin"
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off",
            "jit=off", "listen_addresses=", "timezone=UTC", "max_connections=10",
            "shared_buffers=32MB", "lc_messages=C", "wal_level=minimal", "max_wal_senders=0")


def available():
    return os.path.exists(f"{BIN}/postgres") and shutil.which("psql")


class Postgres:
    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="ssp-postgres-")
        self.server = self.psql = None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def as_user(self, command):
        if os.getuid():
            return command
        user = pwd.getpwnam("postgres")
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                *command]

    def start(self):
        data = f"{self.folder}/data"
        subprocess.run(self.as_user([f"{BIN}/initdb", "-D", data, "-U", "postgres", "-E", "UTF8",
                                     "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync", "-A", "trust"]),
                       check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
        settings = [word for s in SETTINGS for word in ("-c", s)]
        with open(f"{self.folder}/log", "w", encoding="utf-8") as log:
            self.server = subprocess.Popen(
                self.as_user([f"{BIN}/postgres", "-D", data, "-k", self.folder, *settings]),
                stdout=log, stderr=log, cwd=self.folder)
        for _ in range(300):
            if self.server.poll() is not None:
                with open(f"{self.folder}/log", encoding="utf-8") as log:
                    raise OSError(log.read())
            if subprocess.run([f"{BIN}/pg_isready", "-q", "-h", self.folder],
                              check=False).returncode == 0:
                break
            time.sleep(0.1)
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-U", "postgres", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __exit__(self, *_):
        if self.psql:
            self.psql.kill()
            self.psql.wait()
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, script):
        """What psql prints for a script, as lines."""
        def write():
            self.psql.stdin.write(script + "\n\\echo ~done~\n")
            self.psql.stdin.flush()

        writer = threading.Thread(target=write) # both pipes may be full
        writer.start()
        lines = []
        for line in self.psql.stdout:
            if line == "~done~\n":
                writer.join()
                return lines
            lines.append(line.rstrip("\n"))
        raise OSError("psql has ended: " + "\n".join(lines[-5:]))

    def answers(self, script):
        """For each `\\echo ~NAME :SQLSTATE` in the script the lines before it, and the state."""
        found, lines = {}, []
        for line in self.run(script):
            if line.startswith("~"):
                name, state = line[1:].rsplit(" ", 1)
                found[name] = (state, lines)
                lines = []
            else:
                lines.append(line)
        return found

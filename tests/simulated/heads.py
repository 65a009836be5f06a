"""The same plain loop behind what launchers, loggers and collectors put before its lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from tests.simulated.writing import STYLES, Log, style

TIMED = {
    "srun_rank": "0: {at:%Y-%m-%d %H:%M:%S} ",
    "ray_pid": "(train_fn pid=12345) {at:%Y-%m-%d %H:%M:%S} ",
    "ray_pid_ip_ansi": "\x1b[36m(RayTrainWorker pid=2231, ip=10.0.0.4)\x1b[0m {at:%Y-%m-%d %H:%M:%S} ",
    "compose": "trainer-1  | {at:%Y-%m-%d %H:%M:%S} INFO ",
    "kubectl": "{at:%Y-%m-%dT%H:%M:%S}.{ms:03d}123456Z ",
    "kubectl_prefix": "[pod/train-job-abcde/main] {at:%Y-%m-%dT%H:%M:%S}.{ms:03d}123456Z ",
    "stern": "train-job-abcde main {at:%Y-%m-%dT%H:%M:%S}Z ",
    "journal": "{at:%b %d %H:%M:%S} gpu07 python[4242]: ",
    "journal_iso": "{at:%Y-%m-%dT%H:%M:%S}+0000 gpu07 train.sh[4242]: ",
    "github": "{at:%Y-%m-%dT%H:%M:%S}.{ms:03d}4567Z ",
    "gitlab": "{at:%Y-%m-%dT%H:%M:%S}.{ms:03d}456Z 01O ",
    "ts_moreutils": "{at:%b %d %H:%M:%S} ",
    "unix_seconds": "{now_s:.3f} ",
    "unix_seconds_bracket": "[{now_s:.3f}] ",
    "loguru": "{at:%Y-%m-%d %H:%M:%S}.{ms:03d} | INFO     | __main__:train:57 - ",
    "absl": "I{at:%m%d %H:%M:%S}.{ms:03d}123 140213 train.py:88] ",
    "python_default": "{at:%Y-%m-%d %H:%M:%S},{ms:03d} INFO:trainer:",
    "level_after_name": "{at:%Y-%m-%d %H:%M:%S} - my_model.trainer - DEBUG - ",
    "ctime": "{at:%a %b %d %H:%M:%S %Y}: ",
    "ctime_bracket": "[{at:%a %b %d %H:%M:%S %Y}] ",
    "german_date": "{at:%d.%m.%Y %H:%M:%S} ",
    "dashed_day_first": "{at:%d-%m-%Y %H:%M:%S} - INFO - ",
    "us_ampm": "{at:%m/%d/%Y %I:%M:%S %p} - ",
    "compact_date": "{at:%Y%m%d-%H:%M:%S} ",
    "compact_date2": "{at:%Y%m%d_%H%M%S} ",
    "tab_columns": "{at:%Y-%m-%d %H:%M:%S}\tINFO\ttrainer\t",
    "rank_and_world": "[Rank 0/8] {at:%Y-%m-%d %H:%M:%S} ",
    "gpu_tag": "[GPU0] {at:%Y-%m-%d %H:%M:%S} | ",
    "worker_tag": "[{at:%Y-%m-%d %H:%M:%S}] [worker-0] ",
    "mpi_tag": "[1,0]<stdout>:{at:%Y-%m-%d %H:%M:%S} ",
    "pdsh": "node-001: {at:%Y-%m-%d %H:%M:%S} ",
    "host_pid": "{at:%Y-%m-%d %H:%M:%S} gpu-node-3 [2231] INFO ",
    "slash_ms_parens": "({at:%Y-%m-%d %H:%M:%S}.{ms:03d}) ",
    "time_ms_level": "{at:%H:%M:%S}.{ms:03d} INFO  ",
    "glog_cpp": "I{at:%Y%m%d %H:%M:%S}.{ms:03d}456  4242 trainer.cc:120] ",
    "accelerate_tags": "{at:%m/%d/%Y %H:%M:%S} - INFO - __main__ - ",
    "hydra": "[{at:%Y-%m-%d %H:%M:%S},{ms:03d}][__main__][INFO] - ",
    "lightning_fabric": "{at:%Y-%m-%d %H:%M:%S} | INFO | fabric | rank=0 | ",
    "timestamp_colon": "{at:%Y-%m-%d %H:%M:%S}: ",
    "timestamp_us_pipe": "{at:%Y-%m-%d %H:%M:%S}.{ms:03d}000 | ",
    "level_first": "INFO {at:%Y-%m-%d %H:%M:%S} train.py:88 ",
    "level_bracket_first": "[INFO] {at:%Y-%m-%d %H:%M:%S}: ",
    "level_paren": "INFO - {at:%Y-%m-%d %H:%M:%S} - ",
    "tf_cloud": "{at:%Y-%m-%d %H:%M:%S}.{ms:03d}123: I tensorflow/core/x.cc:142] ",
    "time_minus": "-- {at:%Y-%m-%d %H:%M:%S} -- ",
    "plus_elapsed": "[+{since_s:8.1f}s] ",
    "elapsed_plain": "{since_s:10.2f}s  ",
    "dmesg_elapsed": "[{since_s:12.6f}] ",
}
"""With a clock."""
UNTIMED = {
    "compose_plain": "trainer-1  | ",
    "python_basic": "INFO:__main__:",
    "wandb_prefix": "wandb: ",
}


def plain(log: Log, head: str, *, timed: bool = True) -> None:
    began_s = log.now_s

    def prefix(log: Log) -> str:
        at = datetime.fromtimestamp(log.now_s, UTC)
        return head.format(at=at, ms=log.ms, now_s=log.now_s, since_s=log.now_s - began_s)

    log.prefix, log.timed = prefix, timed
    log.say("Loading dataset")
    log.wait(4)
    for i in range(10, 501, 10):
        for _ in range(10):
            log.trained(0.42)
        loss = log.loss(i, 500)
        text = f"step {i}/500 loss={loss:.4f} lr=3e-4"
        log.say(text, step=i, total=500, loss=loss, state="finished" if i == 500 else "interrupted")
        if i % 100 == 0:
            log.wait(8)
            log.say(f"eval: val_loss={log.loss(i, 600):.4f}", evals=i // 100)


def _made(head: str, *, timed: bool) -> Callable[[Log], None]:
    return lambda log: plain(log, head, timed=timed)


STYLES.update({f"behind_{name}": _made(head, timed=True) for name, head in TIMED.items()})
STYLES.update({f"behind_{name}": _made(head, timed=False) for name, head in UNTIMED.items()})


@style
def windows_newlines(log: Log) -> None:
    log.end = "\r\n"
    plain(log, "{at:%Y-%m-%d %H:%M:%S} ")


@style
def docker_json_file(log: Log) -> None:
    for i in range(10, 501, 10):
        for _ in range(10):
            log.trained(0.42)
        loss = log.loss(i, 500)
        time = log.at("%Y-%m-%dT%H:%M:%S.") + f"{log.ms:03d}000000Z"
        record = {"log": f"step {i}/500 loss={loss:.4f}\n", "stream": "stdout", "time": time}
        log.say(json.dumps(record), step=i, total=500, loss=loss, state="finished" if i == 500 else "interrupted")


@style
def interleaved_ranks(log: Log) -> None:
    """The first rank to tell a step tells it for all."""
    for i in range(10, 401, 10):
        for _ in range(10):
            log.trained(0.6)
        ranks = [0, 1, 2, 3]
        log.random.shuffle(ranks)
        for place, rank in enumerate(ranks):
            loss = log.loss(i, 400)
            text = f"[rank{rank}]: {log.at()} step {i}/400 loss {loss:.4f}"
            log.say(text, step=i, total=400, loss=loss if place == 0 else log.truth.loss)
    log.say(f"[rank0]: {log.at()} Training finished", state="finished")

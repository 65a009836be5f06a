"""Logs of nvidia-smi: tables of five driver generations, CSV queries, dmon and pmon, as they were printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live import read_whole
from trainmon.gpu.logs import GpuLogReader, looks_like_gpu_log, read_gpu_log
from trainmon.gpu.peaks import LogPeaks
from trainmon.gpu.tables import Reading

MIB = 1024.0**2

TABLE_460 = """\
Tue May 25 06:29:21 2021       
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 460.32.03    Driver Version: 460.32.03    CUDA Version: 11.2     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|                               |                      |               MIG M. |
|===============================+======================+======================|
|   0  Tesla V100-SXM2...  Off  | 00000000:1A:00.0 Off |                    0 |
| N/A   45C    P0    48W / 300W |    700MiB / 32510MiB |      0%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
|   1  Tesla V100-SXM2...  Off  | 00000000:1C:00.0 Off |                    0 |
| N/A   44C    P0    44W / 300W |  31000MiB / 32510MiB |     97%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
                                                                               
+-----------------------------------------------------------------------------+
| Processes:                                                                  |
|  GPU   GI   CI        PID   Type   Process name                  GPU Memory |
|        ID   ID                                                   Usage      |
|=============================================================================|
|  No running processes found                                                 |
+-----------------------------------------------------------------------------+
"""  # noqa: W291, W293
TABLE_555 = """\
Sun Nov 10 08:26:05 2024       
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 555.42.06              Driver Version: 555.42.06      CUDA Version: 12.5     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
|   0  NVIDIA H100 80GB HBM3          Off |   00000000:18:00.0 Off |                    0 |
| N/A   29C    P0            112W /  700W |    7399MiB /  81559MiB |      6%      Default |
|                                         |                        |             Disabled |
+-----------------------------------------+------------------------+----------------------+

+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI        PID   Type   Process name                              GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|    0   N/A  N/A     58472      C   python                                       1200MiB |
|    0   N/A  N/A     98525      C   /usr/bin/python3                             6100MiB |
+-----------------------------------------------------------------------------------------+
"""  # noqa: W291
TABLE_MIG_610 = """\
| NVIDIA-SMI 610.43.02              KMD Version: 610.43.02     CUDA UMD Version: 13.3     |
+-----------------------------------------+------------------------+----------------------+
|   0  NVIDIA RTX PRO 6000 Blac...    On  |   00000000:61:00.0 Off |                   On |
| N/A   34C    P0            108W /  600W |                  N/A   |     N/A      Default |
|                                         |                        |              Enabled |
+-----------------------------------------+------------------------+----------------------+
| MIG devices:                                                                            |
+------------------+----------------------------------+-----------+-----------------------+
| GPU  GI  CI  MIG |              Shared Memory-Usage |        Vol|        Shared         |
|      ID  ID  Dev |                Shared BAR1-Usage | SM     Unc| CE ENC  DEC  OFA  JPG |
|==================+==================================+===========+=======================|
|  0    6   0   0  |            1786MiB / 24192MiB    | 46      0 |  1   1    1    0    1 |
|                  |               0MiB /  8317MiB    |           |                       |
+------------------+----------------------------------+-----------+-----------------------+
"""
CSV = """\
timestamp, index, name, utilization.gpu [%], utilization.memory [%], \
memory.total [MiB], memory.used [MiB], memory.free [MiB]
2024/11/23 12:23:49.273, 0, NVIDIA RTX A6000, 86 %, 38 %, 49140 MiB, 25073 MiB, 23498 MiB
2024/11/23 12:23:49.276, 1, NVIDIA RTX A6000, [N/A], 38 %, 49140 MiB, 301 MiB, 48839 MiB
2024/11/23 12:23:50.273, 0, NVIDIA RTX A6000, 90 %, 38 %, 49140 MiB, 30073 MiB, 18498 MiB
"""
CSV_BARE = """\
2026/01/03 15:37:34.598, NVIDIA GeForce RTX 4090, 71 %, 46 %, 17833 MiB, 290.03 W
2026/01/03 15:37:35.598, NVIDIA GeForce RTX 4090, 72 %, 46 %, 17835 MiB, 291.03 W
"""
CSV_NO_INDEX = """\
timestamp, pstate, temperature.gpu, utilization.gpu [%], utilization.memory [%], \
memory.total [MiB], memory.free [MiB], memory.used [MiB]
2024/01/16 14:44:16.977, P8, 25, 0 %, 0 %, 23028 MiB, 22494 MiB, 21 MiB
2024/01/16 14:44:16.981, P8, 24, 0 %, 0 %, 23028 MiB, 22508 MiB, 7 MiB
2024/01/16 14:44:17.986, P8, 23, 0 %, 0 %, 23028 MiB, 22508 MiB, 9 MiB
2024/01/16 14:44:17.990, P8, 26, 0 %, 0 %, 23028 MiB, 22508 MiB, 8 MiB
"""
DMON = """\
# gpu    pwr  gtemp  mtemp     sm    mem    enc    dec    jpg    ofa   mclk   pclk
# Idx      W      C      C      %      %      %      %      %      %    MHz    MHz
    0    267     39      -    100     95      0      0      0      0   6250   1710
    1      -     40      -      3      1      0      0      0      0   6250   1710
"""
DMON_DATED = """\
#Date       Time        gpu     fb   bar1   ccpm     sm    mem    enc    dec    jpg    ofa  rxpci  txpci   mclk   pclk
#YYYYMMDD   HH:MM:SS    Idx     MB     MB     MB      %      %      %      %      %      %   MB/s   MB/s    MHz    MHz
 20240104   13:54:35      0    239      3      0      6      1      0      0      0      0      5     10   6250   1695

 20240104   13:54:36      0     74     10      0      0      0      0      0      0      0    217    677   6250   1695
"""
PMON = """\
# gpu        pid  type    fb    sm   mem   enc   dec   command
# Idx          #   C/G    MB     %     %     %     %   name
    0     447153     C  7669     -     -     -     -   python3.9
    0     447160     C 11057    40     -     -     -   my program
    1          -     -     -     -     -     -     -   -
    0     447153     C  7700     -     -     -     -   python3.9
    1          -     -     -     -     -     -     -   -
"""

APPS = """\
pid, process_name, used_gpu_memory [MiB]
31337, /opt/conda/bin/python, 9100 MiB
31400, /usr/bin/python3, 700 MiB
31337, /opt/conda/bin/python, 9300 MiB
31400, /usr/bin/python3, 700 MiB
"""
APPS_DATED = """\
timestamp, gpu_uuid, pid, process_name, used_gpu_memory [MiB]
2024/11/23 12:23:49.273, GPU-aa, 31337, /opt/conda/bin/python, 9100 MiB
2024/11/23 12:23:49.274, GPU-aa, 31400, /usr/bin/a, b, 700 MiB
2024/11/23 12:23:49.275, GPU-bb, 31337, /opt/conda/bin/python, 8000 MiB
2024/11/23 12:23:54.281, GPU-aa, 31337, /opt/conda/bin/python, 9300 MiB
2024/11/23 12:23:54.282, GPU-bb, 31337, /opt/conda/bin/python, [N/A]
"""
APPS_BARE = """\
2024/11/23 12:23:49.273, 31337, python, 9100
2024/11/23 12:23:54.281, 31337, python, 9300
"""


def at(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]


def read(text: str) -> list[Reading]:
    return read_gpu_log(text.splitlines(), tz=UTC)


def test_a_table_of_an_old_driver_is_read() -> None:
    (time_s, idle), (_same, busy) = read(TABLE_460)

    assert time_s == at(2021, 5, 25, 6, 29, 21)
    assert (idle.index, idle.name) == (0, "Tesla V100-SXM2...")
    assert (busy.index, busy.memory_used_bytes, busy.memory_total_bytes) == (1, 31000 * MIB, 32510 * MIB)
    assert (busy.utilization_percent, busy.temperature_c, busy.power_w, busy.power_limit_w) == (97.0, 44.0, 44.0, 300.0)
    assert not busy.unavailable


def test_a_table_of_a_new_driver_is_read_with_its_processes() -> None:
    ((time_s, sample),) = read(TABLE_555)

    assert time_s == at(2024, 11, 10, 8, 26, 5)
    assert sample.name == "NVIDIA H100 80GB HBM3"
    assert sample.memory_used_bytes == 7399 * MIB
    assert [(p.pid, p.name, p.used_bytes) for p in sample.processes] == [
        (58472, "python", 1200 * MIB),
        (98525, "/usr/bin/python3", 6100 * MIB),
    ]


def test_mig_instances_have_their_own_memory_and_bar1_is_not_memory() -> None:
    (_, gpu), (_, instance) = read(TABLE_MIG_610)

    assert gpu.memory_used_bytes is None
    assert gpu.unavailable == {"memory_used_bytes": "not available", "utilization_percent": "not available"}
    assert (instance.index, instance.mig_index) == (0, 0)
    assert (instance.memory_used_bytes, instance.memory_total_bytes) == (1786 * MIB, 24192 * MIB)


def test_repeated_tables_keep_their_own_times() -> None:
    second = TABLE_460.replace("06:29:21", "06:29:26").replace("31000MiB", "  900MiB")

    readings = read(TABLE_460 + second)

    assert [time_s for time_s, _ in readings] == [at(2021, 5, 25, 6, 29, 21)] * 2 + [at(2021, 5, 25, 6, 29, 26)] * 2
    assert readings[3][1].memory_used_bytes == 900 * MIB


def test_a_gpu_that_fell_off_the_bus_is_lost() -> None:
    row = "| N/A   44C    P0    44W / 300W |  31000MiB / 32510MiB |     97%      Default |"

    samples = read(
        TABLE_460.replace(row, "|ERR!  ERR! ERR!    ERR! / ERR! | Unknown Error        | ERR!         ERR!    |")
    )

    assert samples[1][1].lost
    assert samples[1][1].memory_used_bytes is None


@pytest.mark.parametrize("cut", range(200, 1400, 97))
def test_a_table_cut_by_another_writer_gives_no_wrong_number(cut: int) -> None:
    """Two jobs that write one file break rows anywhere; what is still whole must be right."""
    right = {(s.index, s.memory_used_bytes) for _, s in read(TABLE_460)}

    torn = read(TABLE_460[:cut] + TABLE_460 + TABLE_460[cut:])

    assert {(s.index, s.memory_used_bytes) for _, s in torn if s.memory_used_bytes is not None} <= right


def test_a_csv_query_is_read_by_its_column_names() -> None:
    (time_s, first), (_, second), (_, third) = read(CSV)

    assert time_s == pytest.approx(at(2024, 11, 23, 12, 23, 49) + 0.273)
    assert (first.index, first.name) == (0, "NVIDIA RTX A6000")
    assert (first.memory_used_bytes, first.memory_total_bytes) == (25073 * MIB, 49140 * MIB)
    assert first.utilization_percent == 86.0
    assert (second.index, second.utilization_percent) == (1, None)
    assert second.unavailable == {"utilization_percent": "not available"}
    assert third.memory_used_bytes == 30073 * MIB


def test_columns_may_stand_in_any_order_and_without_units() -> None:
    text = (
        "memory.used [MiB], uuid, power.draw [W], timestamp, memory.total [MiB], clocks_throttle_reasons.sw_power_cap\n"
    )
    text += "25073, GPU-9, 290.03, 2026/01/03 15:37:34.598, 49140, Active\n"

    ((time_s, sample),) = read(text)

    assert time_s == pytest.approx(at(2026, 1, 3, 15, 37, 34) + 0.598)
    assert (sample.uuid, sample.memory_used_bytes, sample.power_w) == ("GPU-9", 25073 * MIB, 290.03)
    assert sample.throttle_reasons == ("sw power cap",)


def test_rows_without_a_header_are_read_by_their_units() -> None:
    readings = read(CSV_BARE)

    assert [sample.memory_used_bytes for _, sample in readings] == [17833 * MIB, 17835 * MIB]
    assert readings[0][1].name == "NVIDIA GeForce RTX 4090"
    assert (readings[0][1].utilization_percent, readings[0][1].power_w) == (71.0, 290.03)


def test_of_two_amounts_without_names_the_larger_is_the_total() -> None:
    ((_, sample),) = read("0, 71 %, 24564 MiB, 17833 MiB\n")

    assert (sample.index, sample.memory_used_bytes, sample.memory_total_bytes) == (0, 17833 * MIB, 24564 * MIB)


def test_gpus_without_an_index_are_told_apart_by_their_place_in_the_round() -> None:
    assert [(s.index, s.memory_used_bytes) for _, s in read(CSV_NO_INDEX)] == [
        (0, 21 * MIB), (1, 7 * MIB), (0, 9 * MIB), (1, 8 * MIB)
    ]  # fmt: skip


def test_dmon_has_load_and_power_and_without_fb_no_memory() -> None:
    (time_s, first), (_, second) = read(DMON)

    assert time_s is None
    assert (first.power_w, first.temperature_c, first.utilization_percent) == (267.0, 39.0, 100.0)
    assert first.memory_used_bytes is None
    assert (second.index, second.power_w) == (1, None)


def test_dmon_with_dates_has_a_clock_and_memory() -> None:
    (time_s, first), (_, second) = read(DMON_DATED)

    assert time_s == at(2024, 1, 4, 13, 54, 35)
    assert first.memory_used_bytes == 239 * MIB
    assert second.memory_used_bytes == 74 * MIB


def test_pmon_adds_up_the_processes_of_each_gpu_and_round() -> None:
    readings = read(PMON)

    assert [(s.index, s.memory_used_bytes) for _, s in readings] == [
        (0, 18726 * MIB), (1, 0.0), (0, 7700 * MIB), (1, 0.0)
    ]  # fmt: skip
    assert readings[0][1].utilization_percent == 40.0
    assert [(p.pid, p.name) for p in readings[0][1].processes] == [(447153, "python3.9"), (447160, "my program")]


def test_a_query_about_processes_adds_up_those_of_each_gpu_and_round() -> None:
    readings = read(APPS_DATED)

    assert [(s.index, s.uuid, s.memory_used_bytes) for _, s in readings] == [
        (0, "GPU-aa", 9800 * MIB), (1, "GPU-bb", 8000 * MIB), (0, "GPU-aa", 9300 * MIB), (1, "GPU-bb", None)
    ]  # fmt: skip
    assert [time_s for time_s, _ in readings][::2] == [
        pytest.approx(at(2024, 11, 23, 12, 23, 49) + 0.273), pytest.approx(at(2024, 11, 23, 12, 23, 54) + 0.281)
    ]  # fmt: skip
    assert [(p.pid, p.name) for p in readings[0][1].processes] == [
        (31337, "/opt/conda/bin/python"), (31400, "/usr/bin/a, b")
    ]  # fmt: skip


def test_processes_without_a_gpu_are_not_added_up_and_that_is_said() -> None:
    reader = GpuLogReader(UTC)
    readings = [reading for line in APPS.splitlines() for reading in reader.feed(line)]

    assert [s.memory_used_bytes for _, s in [*readings, *reader.pending()]] == [9100 * MIB, 9300 * MIB]
    assert [s.memory_used_bytes for _, s in reader.end()] == [9300 * MIB]
    assert "largest process" in reader.note


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("31337, /usr/bin/python3, 9100 MiB\n31337, /usr/bin/python3, 9300 MiB\n", id="noheader"),
        pytest.param("31337, python, 9100\n31337, python, 9300\n", id="noheader, nounits"),
        pytest.param("pid, used_gpu_memory [MiB]\n31337, 9100\n31337, 9300\n", id="nounits, no name"),
        pytest.param("process_name, pid, used_gpu_memory [MiB]\na, 31337, 9100\na, 31337, 9300\n", id="other order"),
        pytest.param("pid, process_name, used_gpu_memory [MiB]\n31337, [Not Found], 9100 MiB\n" * 2
                     + "31337, [Not Found], 9300 MiB\n", id="the header again each round"),
        pytest.param(APPS_BARE, id="with a time and no header"),
    ],
)  # fmt: skip
def test_a_query_about_processes_may_have_any_shape(text: str) -> None:
    assert looks_like_gpu_log(text)
    readings = read(text)
    assert readings[-1][1].memory_used_bytes == 9300 * MIB
    assert {p.pid for _, s in readings for p in s.processes} == {31337}
    assert readings[0][1].memory_used_bytes == 9100 * MIB


def test_a_query_about_processes_lies_beside_a_log_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(f"step {n}/40 loss {1 / n:.3f}\n" for n in range(1, 41)))
    (tmp_path / "apps.csv").write_text(APPS)

    (run,) = read_whole(tmp_path).runs
    assert run.gpu is not None
    assert (run.gpu.peak_memory_bytes, run.gpu.memory_total_bytes) == (9300 * MIB, None)
    assert (run.gpu.basis, "largest process" in run.gpu.note) == ("log", True)
    assert {Path(file.path).name: file.format for file in run.files}["apps.csv"] == "nvidia-smi"

    (tmp_path / "gpu.csv").write_text(CSV)
    (run,) = read_whole(tmp_path).runs
    assert run.gpu is not None
    assert run.gpu.memory_total_bytes == 49140 * MIB


def test_rows_of_gpus_are_not_taken_for_processes() -> None:
    ((_, sample),) = read("0, Tesla T4, 7399 MiB\n")
    assert (sample.name, sample.memory_used_bytes, sample.processes) == ("Tesla T4", 7399 * MIB, ())


def test_the_peak_of_each_gpu_is_found_in_a_log() -> None:
    peaks = LogPeaks()
    peaks.add(sample for _, sample in read(CSV))

    assert peaks.gpu is not None
    assert peaks.gpu.basis == "log"
    assert (peaks.gpu.peak_memory_bytes, peaks.gpu.memory_total_bytes) == (30073 * MIB, 49140 * MIB)
    assert [device.peak_memory_bytes for device in peaks.gpu.devices] == [30073 * MIB, 301 * MIB]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TABLE_460 + TABLE_460.replace("06:29:21", "06:29:26"), id="tables"),
        pytest.param(CSV, id="csv"),
        pytest.param(CSV_BARE, id="csv without header"),
        pytest.param(CSV_NO_INDEX, id="csv without index"),
        pytest.param(DMON, id="dmon"),
        pytest.param(DMON_DATED, id="dmon with dates"),
        pytest.param(PMON, id="pmon"),
        pytest.param(APPS, id="processes"),
        pytest.param(APPS_DATED, id="processes with times"),
        pytest.param("pid, process_name, used_gpu_memory [MiB]\n", id="processes, none yet"),
        pytest.param("# gpu, pwr, gtemp, sm, fb\n# Idx, W, C, %, MB\n0, 25, 40, 3, 700,\n", id="dmon as csv"),
        pytest.param(CSV[:-40], id="cut in its last line"),
    ],
)
def test_logs_of_nvidia_smi_are_known(text: str) -> None:
    assert looks_like_gpu_log(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(TABLE_460, id="one table, as a training script prints it first"),
        pytest.param(TABLE_460 * 2, id="one table a node, at the same moment"),
        pytest.param(TABLE_460 + "step:1/100 train_loss:10.8 train_time:250ms\n" * 9, id="a table, then training"),
        pytest.param("epoch,train/loss,val/loss\n1,0.5,0.6\n", id="results.csv"),
        pytest.param("timestamp,loss,lr\n2024/01/16 14:44:16.977, 0.5, 1e-4\n", id="a csv of metrics"),
        pytest.param("epoch 1, 300 MiB, 20 it/s\n", id="a line with commas and a size"),
        pytest.param("# gpu training notes\nhello\nworld\n", id="a text about gpus"),
        pytest.param("step, name, size\n100, ckpt/a.pt, 500\n200, ckpt/b.pt, 500\n", id="a list of checkpoints"),
        pytest.param("100, loss, 0.5\n200, loss, 0.4\n", id="steps and losses"),
        pytest.param("  3%|▎         | 3/100 [00:03<01:37,  1.00s/it]\n", id="tqdm"),
    ],
)
def test_other_files_are_not_taken_for_logs_of_nvidia_smi(text: str) -> None:
    assert not looks_like_gpu_log(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_readers(text: str) -> None:
    read(text)
    read(CSV + text)
    read(DMON_DATED + text)
    read(PMON + text)
    read(APPS_DATED + text)
    read(TABLE_460[:900] + text)
    looks_like_gpu_log(text)


def test_tables_inside_real_training_logs_are_read(shared: Path) -> None:
    logs = sorted((shared / "logs" / "public").glob("*"))
    texts = {path.name: path.read_text(errors="replace") for path in logs}
    quoting = {name: text for name, text in texts.items() if "| NVIDIA-SMI" in text}

    assert quoting
    for name, text in quoting.items():
        samples = [sample for _, sample in read(text)]
        assert samples, name
        for sample in samples:
            assert sample.name, name
            assert sample.memory_used_bytes is not None, name
            assert sample.memory_total_bytes in (32510 * MIB, 81559 * MIB), name
    assert not [name for name, text in texts.items() if looks_like_gpu_log(text[: 1 << 16])]

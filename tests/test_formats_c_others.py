"""Segmentation, speech and text toolkits, and the older frameworks: single lines, and what whole logs amount to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading_logs import counters, events_of, occurrences, run_of, values
from trainmon.events import CounterScope, Ending, EndingKind, Facts, StageKind
from trainmon.parsers.basicsr import BasicSr
from trainmon.parsers.caffe import Caffe
from trainmon.parsers.chainer import Chainer
from trainmon.parsers.coqui import Coqui
from trainmon.parsers.espnet import EspNet
from trainmon.parsers.handwritten import Handwritten
from trainmon.parsers.kaldi import Kaldi
from trainmon.parsers.marian import Marian
from trainmon.parsers.mxnet import MxNet
from trainmon.parsers.namespace import Namespace
from trainmon.parsers.nnunet import NnUnet
from trainmon.parsers.opennmt import OpenNmt
from trainmon.parsers.paddle import Paddle
from trainmon.snapshot import RunStatus

NNUNET_EPOCH = """\
2024-07-04 {h:02d}:{m:02d}:00.568689: Epoch {e}
2024-07-04 {h:02d}:{m:02d}:00.569838: Current learning rate: 0.01
2024-07-04 {h:02d}:{n:02d}:33.312732: train_loss -0.3966
2024-07-04 {h:02d}:{n:02d}:33.312799: val_loss -0.2387
2024-07-04 {h:02d}:{n:02d}:33.312832: Pseudo dice [np.float32(0.5), np.float32(0.7)]
2024-07-04 {h:02d}:{n:02d}:33.337397: Epoch time: 273.33 s
2024-07-04 {h:02d}:{n:02d}:33.400000: Yayy! New best EMA pseudo Dice: 0.0747
"""


def _nnunet(epochs: int) -> str:
    return "".join(NNUNET_EPOCH.format(e=e, h=7 + e // 10, m=e % 10 * 5, n=e % 10 * 5 + 4) for e in range(epochs))


def test_nnunet_counts_epochs_and_its_loss_is_negative() -> None:
    run = run_of(
        _nnunet(4) + "2024-07-04 08:00:00.318: Training done.\n2024-07-04 08:00:01.000: predicting case_00012\n"
    )

    assert (run.state, run.step, run.unit, run.total_steps) == (RunStatus.FINISHED, 4, "epoch", None)
    assert run.metrics["train_loss"].last == -0.3966
    assert run.metrics["pseudo dice"].last == pytest.approx(0.6)
    assert occurrences(run, "eval") == 4
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(300, rel=0.1)


def test_an_epoch_of_nnunet_under_way_is_not_done() -> None:
    run = run_of(_nnunet(2) + "2024-07-04 07:10:00.568689: Epoch 2\n")

    assert (run.state, run.step) == (RunStatus.INTERRUPTED, 2)


def test_nnunet_1_says_the_same_in_other_words() -> None:
    lines = ("epoch:  12", "train loss : -0.5123", "validation loss: -0.6012", "This epoch took 231.200000 s")
    events = events_of(NnUnet(), *lines)

    assert [c.current for c in counters(events)] == [12, 13]
    assert [c.step_time_s for c in counters(events)] == [None, 231.2]
    assert values(events) == {"train_loss": -0.5123, "val_loss": -0.6012}


def test_flair_names_the_loss_of_its_dev_set_apart() -> None:
    stamp = "2026-11-20 07:41:{:02d},286 "
    log = stamp.format(0) + ' - max_epochs: "2"\n'
    for e in (1, 2):
        log += "".join(
            stamp.format(e * 20 + i // 5) + f"epoch {e} - iter {i}/50 - loss 0.71{i:02d} - time (sec): {i / 5:.2f} - "
            "samples/sec: 48.77 - lr: 0.100000 - momentum: 0.000000\n"
            for i in range(5, 51, 5)
        )
        log += stamp.format(e * 20 + 11) + f"EPOCH {e} done: loss 0.7160 - lr: 0.100000\n"
        log += stamp.format(e * 20 + 12) + "DEV : loss 0.6804676055908203 - f1-score (micro avg)  0.58\n"

    run = run_of(log)

    assert (run.step, run.total_steps, run.state) == (100, 100, RunStatus.FINISHED)
    assert (run.metrics["loss"].count, run.metrics["loss"].last) == (20, 0.7150)
    assert run.metrics["val_loss"].last == pytest.approx(0.68047, rel=1e-4)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.2, rel=0.05)


def test_espnet_keeps_the_groups_of_a_line_of_results_apart() -> None:
    line = (
        "1epoch results: [train] iter_time=0.164, loss=480.386, lr_0=2.080e-06, train_time=2.105, time=1 minute and "
        "43.19 seconds, total_count=49, [valid] loss=479.95, time=5.1 seconds, [att_plot] time=3.1 seconds"
    )
    batch = "1epoch:train:1-50batch: iter_time=0.1, forward_time=0.4, loss=500.1, train_time=2.105"

    events = events_of(EspNet(), "1/50epoch started", batch, line)

    assert values(events) == {"loss": 500.1, "train_loss": 480.386, "train_lr_0": 2.08e-06, "valid_loss": 479.95}
    assert [(c.unit, c.current, c.epoch) for c in counters(events)] == [
        ("epoch", 0, 1),
        ("batch", 50, 1),
        ("epoch", 1, 1),
    ]


def test_opennmt_reads_its_clock_and_no_ratio_of_tokens() -> None:
    line = "Step 50/ 5000; acc:  20.18; ppl: 908.07; xent: 6.81; lr: 0.00020; 4466/6179 tok/s;     32 sec"

    events = events_of(OpenNmt(), line, "Decreasing patience: 2/3")
    (counter,) = counters(events)

    assert (counter.current, counter.total, counter.elapsed_s) == (50, 5000, 32)
    assert values(events) == {"acc": 20.18, "ppl": 908.07, "xent": 6.81, "lr": 0.0002}


def test_marian_counts_updates_and_not_sentences() -> None:
    line = "Ep. 2 : Up. 12,000 : Sen. 1,024,000 : Cost 7.12 : Time 35.12s : 45000.12 words/s : gNorm 0.5 : L.r. 3.0e-04"
    valid = "[valid] Ep. 2 : Up. 12000 : cross-entropy : 3.1201 : new best"

    events = events_of(Marian(), line, valid)
    (counter,) = counters(events)

    assert (counter.current, counter.total, counter.epoch) == (12000, None, 2)
    assert values(events) == {"Cost": 7.12, "gNorm": 0.5, "L.r.": 3.0e-04, "cross-entropy": 3.1201}


def test_values_of_coqui_count_only_below_a_step() -> None:
    reader = Coqui()
    lines = (
        " | > sample_rate:22050",
        " > EPOCH: 171/1000",
        "   --> STEP: 24/36 -- GLOBAL_STEP: 1000025",
        "     | > loss_1: 26.92974  (35.54205)",
        "     | > step_time: 0.5000  (0.5100)",
        " > EVALUATION ",
        "   --> STEP: 0",
        "     | > loss_1: 27.1  (27.1)",
        "  --> EVAL PERFORMANCE",
        "     | > avg_loss_1: 27.11021 (+0.00000)",
    )

    events = events_of(reader, *lines)

    assert values(events) == {"loss_1": 26.92974, "eval_avg_loss_1": 27.11021}
    assert [(c.current, c.total, c.epoch, c.total_epochs) for c in counters(events)][-1] == (36, 36, 172, 1000)


CAFFE = "I0821 09:{:02d}:{:02d}.397500  5405 solver.cpp:222] "


def test_caffe_joins_its_lines_by_the_iteration() -> None:
    log = "test_interval: 500\nmax_iter: 1000\n"
    for i in range(0, 1000, 100):
        head = CAFFE.format(i // 100, 0)
        if i % 500 == 0:
            log += head + f"Iteration {i}, Testing net (#0)\n" + head + "    Test net output #0: accuracy = 0.98\n"
        log += head + f"Iteration {i}, loss = 0.0677099\n" + head + f"Iteration {i}, lr = 0.003\n"
    done = CAFFE.format(10, 0)
    log += done + "Iteration 1000, loss = 0.0123\n" + done + "Optimization Done.\n" + done + "Optimization Done.\n"

    run = run_of(log)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 1000, 1000)
    assert (run.metrics["loss"].count, run.metrics["loss"].last, run.metrics["lr"].count) == (11, 0.0123, 10)
    assert occurrences(run, "eval") == 2
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.6, rel=0.02)


def test_caffe_that_stopped_early_says_so() -> None:
    assert events_of(Caffe(), "Optimization stopped early.") == [
        Ending(kind=EndingKind.EARLY_STOPPED, text="Optimization stopped early.")
    ]


def test_darknet_regions_without_objects_are_no_trouble_and_its_final_weights_are_the_end() -> None:
    region = "Region 82 Avg IOU: -nan, Class: -nan, Obj: -nan, No Obj: 0.537247, .5R: -nan, .75R: -nan,  count: 0\n"
    log = "".join(
        f"Loaded: 0.000034 seconds\n{region}{i}: 0.121626, 0.752329 avg, 0.000010 rate, 0.196614 seconds, {i} images\n"
        for i in range(1, 31)
    )

    assert (run_of(log).state, run_of(log).step, run_of(log).problems) == (RunStatus.INTERRUPTED, 30, ())
    assert run_of(log + "Saving weights to backup/yolov3_final.weights\n").state is RunStatus.FINISHED
    assert run_of(log + "Saving weights to backup/yolov3_30.weights\n").state is RunStatus.INTERRUPTED


def test_mxnet_finishes_with_the_epochs_of_its_settings_though_no_line_has_a_total() -> None:
    log = "Namespace(batch_norm=False, batch_size=32, num_epochs=3, lr=0.1)\n"
    for e in range(3):
        log += "".join(
            f"Epoch[{e}] Batch [{b}]\tSpeed: 810.986068 samples/sec\taccuracy=0.007754\tlr=0.007990\n"
            for b in range(49, 500, 50)
        )
        log += f"[Epoch {e}] training: accuracy=0.842647\n[Epoch {e}] speed: 720 samples/sec\ttime cost: 18.024974\n"
        log += f"[Epoch {e}] validation: err-top1=0.203726 err-top5=0.052484\n"

    run = run_of(log)

    assert (run.state, run.epoch, run.total_epochs, run.step) == (RunStatus.FINISHED, 3, 3, 1500)
    assert occurrences(run, "eval") == 3
    assert run_of(log[: log.index("[Epoch 2]")]).state is RunStatus.INTERRUPTED


def test_gluonnlp_prints_training_and_dev_results_on_one_line() -> None:
    line = "[Epoch 199] train avg loss 0.00689268, dev acc 0.4160, dev avg loss 2.42488, throughput 2.81433K wps"

    assert values(events_of(MxNet(), line)) == {"avg loss": 0.00689268, "dev acc": 0.416, "dev avg loss": 2.42488}


PPOCR = (
    "[2024/08/08 05:{m:02d}:{s:02d}] ppocr INFO: epoch: [{e}/5], global_step: {g}, lr: 0.000318, acc: 0.000000, "
    "loss: 16.425508, avg_reader_cost: 0.24577 s, avg_batch_cost: 1.00000 s, avg_samples: 8.0, ips: 25.6 samples/s, "
    "eta: 0:00:{left:02d}, max_mem_reserved: 1844 MB, max_mem_allocated: 1711 MB\n"
)


def test_paddleocr_gets_its_total_from_the_loader_and_the_epochs() -> None:
    log = "[2024/08/08 05:00:00] ppocr INFO: train dataloader has 4 iters\n"
    log += "".join(PPOCR.format(m=0, s=g, e=(g + 3) // 4, g=g, left=20 - g) for g in range(2, 21, 2))
    log += "[2024/08/08 05:00:30] ppocr INFO: cur metric, acc: 0.25, norm_edit_dis: 0.1, fps: 310.2\n"

    run = run_of(log)

    assert (run.state, run.step, run.total_steps, run.total_epochs) == (RunStatus.FINISHED, 20, 20, 5)
    assert run.metrics["val_acc"].last == 0.25
    assert run.gpu is not None
    assert run.gpu.peak_memory_bytes == 1844 * 1024**2


def test_paddledetection_counts_from_zero() -> None:
    line = (
        "Epoch: [0] [ 99/100] learning_rate: 0.010000 loss: 5.912311 eta: 1 day, 2:03:04 batch_cost: 2.4012 "
        "data_cost: 0.0021 ips: 3.3312 images/s"
    )

    (counter,) = counters(events_of(Paddle(), line))

    assert (counter.current, counter.total, counter.epoch, counter.step_time_s) == (100, 100, 1, 2.4012)


def test_steps_of_paddles_evaluation_are_no_training() -> None:
    log = ""
    for e in (1, 2):
        log += f"Epoch {e}/2\n" + "".join(
            f"step {i:3d}/100 - loss: 0.1580 - acc: 0.7 - 50ms/step\n" for i in range(10, 101, 10)
        )
        log += "Eval begin...\n" + "".join(f"step {i}/20 - loss: 0.1420 - acc: 0.8 - 20ms/step\n" for i in (10, 20))
        log += "Eval samples: 5600\n"

    run = run_of(log)

    assert (run.step, run.total_steps, run.state) == (200, 200, RunStatus.FINISHED)
    assert (run.metrics["loss"].last, run.metrics["eval_loss"].last) == (0.158, 0.142)
    assert occurrences(run, "eval") == 2


def test_a_chainer_table_tells_its_cells_by_where_they_stand() -> None:
    header = "epoch       iteration   main/loss   validation/main/loss  elapsed_time"
    rows = (
        "1           600         0.193208                          5.41203",
        "2           1200        0.093208    0.0962981             10.8203",
    )

    events = events_of(Chainer(), header, *rows)

    assert [(c.current, c.elapsed_s) for c in counters(events)] == [(600, 5.41203), (1200, 10.8203)]
    assert values(events) == {"main/loss": 0.093208, "validation/main/loss": 0.0962981}


def test_kaldi_counts_iterations_from_zero_to_the_index_of_the_last() -> None:
    first, last = (
        f"Iter: {i}/340   Epoch: {e}/4.0 ({p}% complete)   lr: 0.000995" for i, e, p in ((0, 0, 0), (340, 4, 100))
    )

    assert [(c.current, c.total) for c in counters(events_of(Kaldi(), first, last))] == [(1, 341), (341, 341)]


def test_basicsr_counts_iterations_of_the_run_with_commas() -> None:
    line = (
        "[exp..][epoch:  7, iter:  12,000, lr:(1.000e-04,1.0e-05,)] [eta: 1 day, 2:03:04, time (data): 0.512 (0.002)] "
        "l_pix: 5.8e-02 "
    )

    events = events_of(BasicSr(), "Total epochs: 60; iters: 300000.", line)
    (counter,) = counters(events)

    assert events[0] == Facts(values={"epochs": 60.0, "total_steps": 300000.0})
    assert (counter.current, counter.epoch, counter.scope, counter.step_time_s) == (12000, 8, CounterScope.RUN, 0.512)
    assert values(events) == {"l_pix": 5.8e-02}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("val loss did not improve: 0.5095", {"val loss": 0.5095}, id="no better"),
        pytest.param(
            "Validation loss decreased (0.693147 --> 0.683147).  Saving model ...",
            {"Validation loss": 0.683147},
            id="better",
        ),
        pytest.param("val_loss improved from 0.52 to 0.48", {"val_loss": 0.48}, id="from, to"),
        pytest.param("val_loss did not improve from 0.48", {}, id="only the best is told"),
    ],
)
def test_a_result_told_against_the_best_is_the_newer_value(line: str, told: dict[str, float]) -> None:
    assert values(events_of(Handwritten(), line)) == told


def test_argparse_settings_give_epochs_and_batch_size_and_nothing_else() -> None:
    line = "Namespace(batch_size=50, data_name='SST-1', dropout=0.5, epochs=200, gpu=0, log_interval=30, start_epoch=3)"

    assert events_of(Namespace(), line) == [Facts(values={"batch_size": 50.0, "epochs": 200.0})]


@pytest.mark.parametrize(
    ("pattern", "epochs", "kind"),
    [
        pytest.param("mxnet-gluoncv__*", 120, RunStatus.FINISHED, id="gluoncv"),
        pytest.param("mxnet-gluonnlp__*", 200, RunStatus.FINISHED, id="gluonnlp"),
        pytest.param("cyclegan__*", 200, RunStatus.INTERRUPTED, id="cyclegan"),
        pytest.param("ultralytics__*", 50, RunStatus.INTERRUPTED, id="ultralytics"),
    ],
)
def test_a_public_log_is_read_to_its_end(shared: Path, pattern: str, epochs: int, kind: RunStatus) -> None:
    (path,) = (shared / "logs" / "public").glob(pattern)
    run = run_of(path.read_text(encoding="utf-8", errors="replace"))

    assert (run.state, run.total_epochs) == (kind, epochs)
    assert {stage.kind for stage in run.stages} >= {StageKind.TRAIN}

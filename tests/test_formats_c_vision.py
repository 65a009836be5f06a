"""Vision frameworks: what each line says, and what whole logs of them amount to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading_logs import counters, events_of, format_of, occurrences, run_of, values
from trainmon.events import CounterScope, Ending, EndingKind, GpuMemory, StageKind
from trainmon.parsers.coco import CocoSummary
from trainmon.parsers.cyclegan import CycleGan
from trainmon.parsers.detectron2 import Detectron2
from trainmon.parsers.gluoncv import GluonSegmentation
from trainmon.parsers.mmengine import MmEngine, MmScalars
from trainmon.parsers.stylegan import StyleGan
from trainmon.parsers.torch_examples import ImageNet
from trainmon.parsers.ultralytics import Ultralytics
from trainmon.snapshot import RunStatus

ULTRALYTICS_8 = """\
Starting training for 8 epochs...

      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
\r\x1b[K        1/8         0G      5.317      3.241      3.347          8         64: 0% ──────────── 0/12  \
0.2s\r\x1b[K        1/8         0G      4.817      3.141      3.247          8         64: 100% ━━━━━━━━━━━━ 12/12 \
4.2it/s 2.9s
\r\x1b[K                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100% ━━━━━━━━━━━━ \
2/2 14.6it/s 0.1s
                   all         24         24      0.983      0.972      0.993      0.898
"""


def test_ultralytics_names_its_columns_by_the_header() -> None:
    run = run_of(ULTRALYTICS_8)

    assert (run.step, run.total_steps, run.epoch, run.total_epochs) == (12, 96, 1, 8)
    assert run.metrics["box_loss"].last == 4.817
    assert "Instances" not in run.metrics
    assert (run.metrics["P"].last, run.metrics["mAP50-95"].last) == (0.983, 0.898)
    assert occurrences(run, "eval") == 1


def test_yolov5_counts_epochs_from_zero_and_prints_the_index_of_the_last() -> None:
    reader = Ultralytics()
    bar = " 640: 100%|██████| 14/14 [00:05<00:00,  2.39it/s]"

    first = events_of(reader, "Starting training for 100 epochs...", f"     55/99     6.89G   0.038   0.021  229 {bar}")
    (counter,) = counters(first)

    assert (counter.epoch, counter.total_epochs) == (56, 100)
    assert counter.kind is StageKind.TRAIN
    assert [e.used_bytes for e in first if isinstance(e, GpuMemory)] == [pytest.approx(6.89 * 1024**3)]


def test_the_words_that_end_a_yolov7_run_are_found_before_the_rest_of_an_older_bar() -> None:
    line = (
        "100 epochs completed in 0.190 hours.  Labels           P           R      mAP@.5  mAP@.5:.95: 100%|█| 1/1 "
        "[00:02<00:00,  2.42"
    )

    (ending,) = events_of(Ultralytics(), line)

    assert ending == Ending(kind=EndingKind.FINISHED, text="100 epochs completed in 0.190 hours.")


def test_ultralytics_scans_and_downloads_are_no_training() -> None:
    images = "96 images, 0 backgrounds, 0 corrupt"
    line = f"train: Scanning /data/labels/train... {images}: 100% ━━━━━━━━━━━━ 96/96 2.6Kit/s 0.0s"

    (counter,) = counters(events_of(Ultralytics(), line))

    assert (counter.kind, counter.current, counter.total) == (StageKind.DATA, 96, 96)


D2 = (
    "[10/26 21:{minute:02d}:{second:02d} d2.utils.events]:  eta: {eta}  iter: {iter}  total_loss: {loss}  "
    "loss_cls: 1.1    time: 0.2080  last_time: 0.2230  data_time: 0.0194  last_data_time: 0.0062   lr: 4.9952e-05  "
    "max_mem: 1804M\n"
)


def _d2(*, upto: int, total: int = 100) -> str:
    return "".join(
        D2.format(minute=i // 60, second=i % 60, eta=f"0:00:{(total - i) // 5:02d}", iter=i - 1, loss=2.0)
        for i in range(20, upto + 1, 20)
    )


def test_detectron2_is_finished_when_no_time_is_left_although_no_line_has_a_total() -> None:
    run = run_of(_d2(upto=100))

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 100, None)
    assert run.metrics["total_loss"].count == 5
    assert run.gpu is not None
    assert run.gpu.peak_memory_bytes == 1804 * 1024**2


def test_detectron2_prints_its_closing_lines_after_an_exception_too() -> None:
    log = _d2(upto=60) + (
        "ERROR [10/26 21:02:00 d2.engine.train_loop]: Exception during training:\n"
        "Traceback (most recent call last):\n"
        '  File "train_loop.py", line 155, in train\n'
        "    self.run_step()\n"
        "RuntimeError: boom\n"
        "[10/26 21:02:00 d2.engine.hooks]: Overall training speed: 58 iterations in 0:00:12 (0.2080 s / it)\n"
        "[10/26 21:02:00 d2.engine.hooks]: Total training time: 0:00:12 (0:00:00 on hooks)\n"
    )

    assert run_of(log).state is RunStatus.FAILED


def test_detectron2_results_take_their_names_from_the_line_above() -> None:
    lines = ("copypaste: Task: bbox", "copypaste: AP,AP50,AP75", "copypaste: 40.2211,61.0402,43.8126")

    assert values(events_of(Detectron2(), *lines)) == {"AP": 40.2211, "AP50": 61.0402, "AP75": 43.8126}


def test_maskrcnn_benchmark_counts_what_ran_and_not_what_its_last_line_divides_by() -> None:
    head = "2020-07-08 05:{:02d}:00,647 maskrcnn_benchmark.trainer INFO: "
    meters = "loss: 0.5488 (0.6772)  time: 3.0000 (3.0100)  data: 0.0027 (0.0280)  lr: 0.000600  max mem: 4512\n"
    log = "".join(head.format(m) + f"eta: 3:06:22  iter: {20 * m}  {meters}" for m in range(1, 11))
    log += head.format(11) + "Total training time: 2:19:46.148993 (0.1048 s / it)\n"

    run = run_of(log)

    assert (run.state, run.step) == (RunStatus.FINISHED, 200)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(3.0)


MM = "11/20 07:{m:02d}:{s:02d} - mmengine - INFO - {text}\n"


def test_mmengine_iterations_with_evaluations_between_them() -> None:
    log = "train_cfg = dict(by_epoch=False, max_iters=60, val_interval=20)\n"
    for i in range(5, 61, 5):
        left = f"0:00:{(60 - i) * 2:02d}"
        text = f"Iter(train) [{i:2d}/60]  lr: 1.0000e-02  eta: {left}  time: 2.0000  data_time: 0.0002  loss: 1.5438"
        log += MM.format(m=i * 2 // 60, s=i * 2 % 60, text=text)
        if i % 20 == 0:
            log += MM.format(m=i * 2 // 60, s=i * 2 % 60, text=f"Saving checkpoint at {i} iterations")
            log += MM.format(
                m=i * 2 // 60, s=i * 2 % 60, text="Iter(val) [16/16]    mae: 0.8341  data_time: 0.0001  time: 0.0002"
            )

    run = run_of(log)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 60, 60)
    assert (occurrences(run, "eval"), occurrences(run, "checkpoint")) == (3, 3)
    assert (run.metrics["mae"].count, run.metrics["loss"].count) == (3, 12)


def test_mmengine_takes_the_last_batches_of_an_epoch_as_done_when_its_evaluation_comes() -> None:
    reader = MmEngine()
    train = "Epoch(train)  [3][{:2d}/16]  lr: 1.0000e-02  eta: 0:00:08  time: 0.8008  data_time: 0.0003  loss: 1.4140"

    events = events_of(
        reader,
        train.format(10),
        train.format(15),
        "Epoch(val) [3][16/16]    mae: 0.8773  data_time: 0.0002  time: 0.0005",
    )

    assert [(c.kind, c.current) for c in counters(events)][2:] == [(StageKind.TRAIN, 16), (StageKind.EVAL, 16)]


def test_mmcv_1_keeps_its_epochs_and_its_results() -> None:
    reader = MmEngine()
    events = events_of(
        reader,
        "workflow: [('train', 1)], max: 12 epochs",
        "Epoch [1][50/7330]\tlr: 1.978e-03, eta: 1 day, 2:03:04, time: 0.512, data_time: 0.05, memory: 3812, loss: 1.9",
        "Epoch(val) [1][5000]\tbbox_mAP: 0.3740, bbox_mAP_50: 0.5810",
    )
    (counter,) = counters(events)

    assert (counter.current, counter.total, counter.epoch, counter.step_time_s) == (50, 7330, 1, 0.512)
    assert values(events) == {"lr": 1.978e-03, "loss": 1.9, "bbox_mAP": 0.374, "bbox_mAP_50": 0.581}


def test_the_step_of_a_validation_row_in_scalars_json_is_an_epoch() -> None:
    reader = MmScalars()
    row = '{"lr": 0.001, "data_time": 0.03, "loss": 4.58, "time": 0.63, "epoch": 1, "iter": 20, "step": 20}'
    val = '{"acc/top1": 0.7866, "data_time": 0.0128, "time": 0.2187, "step": 45}'

    assert [c.current for c in counters(events_of(reader, row, val))] == [20]
    assert values(events_of(reader, val)) == {"acc/top1": 0.7866}


DETR = (
    "Epoch: [{e}]  [{i:2d}/95]  eta: 0:00:10  lr: 0.000100  loss: {loss} (39.5018)  time: 0.5000  data: 0.0102  "
    "max mem: 9012\n"
)


def test_metric_logger_counts_from_zero_and_keeps_its_tests_apart() -> None:
    log = "Namespace(lr=0.0001, batch_size=2, weight_decay=0.0001, epochs=2, eval=False, output_dir='o')\n"
    for e in range(2):
        log += "".join(DETR.format(e=e, i=i, loss=3.5 - e) for i in (*range(0, 95, 10), 94))
        log += f"Epoch: [{e}] Total time: 0:00:47 (0.5000 s / it)\nAveraged stats: lr: 0.000100  loss: 1.5 (39.5018)\n"
        log += "".join(
            f"Test:  [{i:2d}/20]  eta: 0:00:01  loss: 2.2 (2.5)  time: 0.3000  data: 0.01\n" for i in (0, 19)
        )
        log += "Test: Total time: 0:00:06 (0.3000 s / it)\nAveraged stats: loss: 2.2012 (2.5018)\n"
    log += "Training time 0:02:42\n"

    run = run_of(log)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 190, 190)
    assert run.metrics["loss"].count == 22
    assert (run.metrics["val_loss"].count, run.metrics["val_loss"].last) == (2, 2.2012)
    assert occurrences(run, "eval") == 2


def test_swin_shows_no_progress_where_only_tests_ran() -> None:
    head = "[2021-06-16 14:43:{:02d} swin_small_patch4_window7_224] (main.py 268): INFO "
    test = "Test: [{}/391]\tTime 0.139 (0.143)\tLoss 0.5204 (0.7320)\tAcc@1 88.281 (83.262)\tMem 1696MB\n"
    log = "  EPOCHS: 300\n" + "".join(head.format(i // 10) + test.format(i) for i in range(0, 391, 10))
    log += head.format(40) + " * Acc@1 83.174 Acc@5 96.230\n"

    run = run_of(log)

    assert (run.step, run.total_steps, run.progress) == (None, None, None)
    assert run.metrics["Acc@1"].last == 83.174


def test_swin_training_ends_with_its_epochs() -> None:
    head = "[2021-06-16 14:{:02d}:{:02d} swin_tiny] (main.py 200): INFO "
    log = ""
    for e in range(2):
        for i in range(0, 100, 10):
            log += head.format(e * 2, i // 2) + (
                f"Train: [{e}/2][{i}/100]\teta 0:03:14 lr 0.000001\ttime 0.5000 (0.5100)\tloss 6.9312 (6.9312)\t"
                "grad_norm 1.8012 (1.8012)\tmem 10000MB\n"
            )
        log += head.format(e * 2, 50) + f"EPOCH {e} training takes 0:00:50\n"

    run = run_of(log)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 200, 200)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.5, rel=0.03)


def test_timm_counts_from_zero_and_its_tests_by_their_last_index() -> None:
    log = "Scheduled epochs: 2. LR stepped per epoch.\n"
    for e in range(2):
        log += "".join(
            f"Train: {e} [{i:>4d}/200 ({100 * i / 199:>3.0f}%)]  Loss:  6.92 (6.91)  Time: 1.462s,   87.53/s  "
            "(1.500s,   67.51/s)  LR: 1.000e-06  Data: 0.026 (0.199)\n"
            for i in (0, 50, 100, 150, 199)
        )
        log += "".join(
            f"Test: [{i:>4d}/24]  Time: 0.048 (0.231)  Loss:   1.901 ( 1.273)  Acc@1:  60.000 ( 76.100)\n"
            for i in (0, 24)
        )
    log += "*** Best metric: 76.1 (epoch 1)\n"

    run = run_of(log)

    assert (run.state, run.step, run.total_steps, run.epoch) == (RunStatus.FINISHED, 400, 400, 2)
    assert run.metrics["Acc@1"].last == 76.1
    assert occurrences(run, "eval") == 2


def test_the_time_between_two_lines_follows_from_their_running_means() -> None:
    line = "Epoch: [0][{}/100]\tTime  0.900 ({:.3f})\tData  0.000 ( 0.274)\tLoss 1.7520e+00 (1.7520e+00)"

    events = events_of(ImageNet(), line.format(10, 1.0), line.format(20, 0.75))

    assert [c.step_time_s for c in counters(events)] == [0.9, pytest.approx(0.5)]


def test_swav_bears_the_time_behind_its_level() -> None:
    line = "INFO - 09/02/20 15:06:38 - 0:09:21 - Epoch: [8][50]\tTime 0.629 (0.662)\tLoss 3.9121 (3.9123)"

    assert format_of(line) == "imagenet"


def test_mnist_counts_samples_and_its_test_completes_the_epoch() -> None:
    log = "".join(
        "".join(f"Train Epoch: {e} [{b * 64}/60000 ({b / 9.38:.0f}%)]\tLoss: 0.30{e}\n" for b in range(0, 938, 10))
        + "\nTest set: Average loss: 0.0552, Accuracy: 9821/10000 (98%)\n\n"
        for e in (1, 2)
    )

    run = run_of(log)

    assert (run.step, run.unit, run.epoch) == (120000, "sample", 2)
    assert run.metrics["Accuracy"].last == pytest.approx(98.21)


def test_yolox_starts_again_after_running_out_of_memory() -> None:
    head = "2021-09-03 20:{:02d}:{:02d}.975 | INFO     | yolox.core.trainer:after_iter:246 - "
    line = (
        "epoch: {e}/2, iter: {i}/47, mem: 1756Mb, iter_time: 0.500s, data_time: 0.000s, total_loss: 2.7, "
        "lr: 1.233e-04, size: 608, ETA: 0:15:39\n"
    )
    first = head.format(0, 0) + "Training start...\n" + head.format(0, 5) + line.format(e=1, i=10)
    first += "RuntimeError: CUDA out of memory. Tried to allocate 2.92 GiB (GPU 0; 4.00 GiB total capacity)\n"
    again = head.format(9, 0) + "Training start...\n"
    for e in (1, 2):
        again += "".join(head.format(9 + e, i // 2) + line.format(e=e, i=i) for i in (10, 20, 30, 40))
        again += head.format(9 + e, 24) + "Save weights to ./YOLOX_outputs/x\n"
    done = head.format(12, 0) + "Training of experiment is done and the best AP is 90.00\n"

    run = run_of(first + again + done)

    assert (run.state, run.attempts, run.step, run.total_steps) == (RunStatus.FINISHED, 2, 94, 94)
    assert [problem.kind for problem in run.problems] == ["oom"]


def test_cyclegan_losses_belong_to_the_bar_above_them() -> None:
    log = "The number of training images = 180\n"
    for e in (1, 2):
        log += "".join(
            f"\rEpoch {e}/4:  1%|▏  | {i}/180 [{i // 60:02d}:{i % 60:02d}<00:10,  1.01s/it]" for i in range(181)
        )
        log += f"\n[Rank 0] (epoch: {e}, iters: 100, time: 1.283, data: 0.862) , D_A: 0.057, G_A: 0.517\n"
        log += f"End of epoch {e} / 4 \t Time Taken: 182 sec\n"

    run = run_of(log)

    assert (run.step, run.total_steps, run.epoch) == (360, 720, 2)
    assert run.metrics["D_A"].count == 2


def test_cyclegan_without_a_bar_counts_images() -> None:
    options = ("n_epochs: 100    ", "n_epochs_decay: 100    ", "The number of training images = 180")

    (counter,) = counters(
        events_of(CycleGan(), *options, "(epoch: 11, iters: 100, time: 1.283, data: 0.862) D_A: 0.057 G_A: 0.517")
    )

    assert (counter.current, counter.total, counter.unit, counter.total_epochs) == (100, 180, "image", 200)
    assert counter.scope is CounterScope.EPOCH


def test_stylegan_counts_thousands_of_images_by_its_own_clock() -> None:
    tick = (
        "tick {k:<5d} kimg {n:<8.1f} time {t:<12s} sec/tick 40.0    sec/kimg 10.00   maintenance 0.1    cpumem 4.50   "
        "gpumem 33.10  reserved 33.50  augment 0.100\n"
    )
    log = "Training for 40 kimg...\n"
    log += "".join(tick.format(k=k, n=4.0 * k, t=f"{k}m {k:02d}s") for k in range(6))

    run = run_of(log)

    assert (run.step, run.total_steps, run.unit) == (20, 40, "kimg")
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(61 / 4, rel=0.05)
    assert events_of(StyleGan(), "Exiting...") == []


def test_gluoncv_segmentation_bars_of_182_and_183_batches_are_one_training() -> None:
    reader = GluonSegmentation()
    lines = (
        "Epoch 0, training loss 0.229:  10%|█         | 19/182 [00:40<05:46,  2.12s/it]",
        "Epoch 1, training loss 0.129:  10%|█         | 19/183 [00:40<05:46,  2.12s/it]",
        "Epoch 1, validation pixAcc: 0.984, mIoU: 0.928: 100%|██████████| 91/91 [00:43<00:00,  2.08it/s]",
    )

    told = [(c.name, c.kind, c.epoch) for c in counters(events_of(reader, *lines))]

    assert told == [
        ("training", StageKind.TRAIN, 1),
        ("training", StageKind.TRAIN, 2),
        ("validation", StageKind.EVAL, 2),
    ]


def test_coco_summaries_get_the_names_that_papers_use() -> None:
    lines = (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.420",
        " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.624",
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.333",
    )

    assert values(events_of(CocoSummary(), *lines)) == {"AP": 0.42, "AP50": 0.624, "AR@1": 0.333}


@pytest.mark.parametrize(
    ("name", "step", "total", "epochs"),
    [
        pytest.param("generated/yolo_redirect/yolo_redirect.log", 96, 96, 8, id="ultralytics"),
        pytest.param("generated/mm_epoch_redirect/mm_epoch_redirect.log", 240, None, None, id="mmengine"),
        pytest.param("generated/cu_d2_redirect/cu_d2_redirect.log", 320, None, None, id="detectron2"),
    ],
)
def test_a_whole_log_is_counted_to_its_end(shared: Path, name: str, step: int, total: int | None, epochs: int) -> None:
    run = run_of((shared / "logs" / name).read_text(encoding="utf-8", errors="replace"))

    assert (run.state, run.step, run.total_steps, run.total_epochs) == (RunStatus.FINISHED, step, total, epochs)

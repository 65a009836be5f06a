"""Lines of public logs in styles that many programs share: what the run comes to, whoever wrote the log."""

# ruff: noqa: E501 (lines of logs)
from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole_runs import run_of
from trainmon.snapshot import RunSnapshot

_DARTS = """\
05/31 03:17:12 PM gpu device = 0
05/31 03:17:12 PM args = Namespace(data='../datasets/cifar10', batch_size=64, learning_rate=0.025, epochs=100, seed=2)
05/31 03:17:16 PM epoch 0 lr 2.498816e-02
05/31 03:17:18 PM train 000 2.345711e+00 6.250000 54.687500
05/31 03:17:37 PM train 050 2.092995e+00 21.292892 73.621323
05/31 03:19:56 PM train 350 1.837533e+00 30.172720 84.058937
05/31 03:20:16 PM train_acc 30.920000
05/31 03:20:16 PM valid 000 1.599697e+00 43.750000 84.375000
05/31 03:20:33 PM valid 350 1.715475e+00 36.449429 88.452637
05/31 03:20:35 PM valid_acc 36.343998
05/31 03:20:36 PM epoch 1 lr 2.495858e-02
"""
_DL4J = """\
01:46:44.695 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - Score at iteration 78500 is 0.9
01:48:08.727 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - Score at iteration 78600 is 0.59
01:49:29.507 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - Score at iteration 78700 is 0.98
01:50:11.269 [main] INFO org.deeplearning4j.optimize.listeners.EvaluativeListener - Starting evaluation nr. 4
02:13:50.567 [main] INFO org.deeplearning4j.optimize.listeners.EvaluativeListener - Reporting evaluation results:
02:13:51.152 [main] INFO yelpreview.TrainReviews - Training is Done
"""
_REID = """\
2024-01-05 17:11:10,414 reid_baseline INFO: Running with config:
SOLVER:
  EVAL_PERIOD: 60
  IMS_PER_BATCH: 64
  MAX_EPOCHS: 180
2024-01-05 17:11:12,020 reid_baseline.train INFO: Start training
2024-01-05 17:11:51,638 reid_baseline.train INFO: Epoch[1] Iteration[50/436] Loss: 148.527, Acc: 0.012, Base Lr: 3.82e-05
2024-01-05 17:12:24,028 reid_baseline.train INFO: Epoch[1] Iteration[100/436] Loss: 146.898, Acc: 0.034, Base Lr: 3.82e-05
"""
_LEVEL_AND_TIME = """\
[INFO: 2021-10-04 08:43:39,109] Epoch 0/10 Batch 0/55 Loss Global 4.655724 Loss Local 22.712698 Loss 27.368422
[INFO: 2021-10-04 08:43:39,595] Epoch 0/10 Batch 1/55 Loss Global 5.048630 Loss Local 12.913708 Loss 17.962337
[INFO: 2021-10-04 08:43:40,080] Epoch 0/10 Batch 2/55 Loss Global 6.055046 Loss Local 9.741011 Loss 15.796057
"""
_SETS = """\
[ Train | 001/080 ] loss = 1.26, acc = 0.55
[ Valid | 001/080 ] loss = 1.36, acc = 0.45
[ Train | 002/080 ] loss = 1.16, acc = 0.58
[ Valid | 002/080 ] loss = 1.31, acc = 0.47
"""
_TOLD = """\
epoch: 1 step: 1875, loss is 0.2533
epoch: 2 step: 1875, loss is 0.1533
Epoch 2: Val acc is 98.96544896544897%
"""
_MODEL_AND_EPOCH = """\
resnet-50 - Epoch 0/1
----------
train Loss: 2.2328 Top-1 Acc: 37.1459 Top-5 Acc: 71.7266
test Loss: 1.8737 Top-1 Acc: 47.3462 Top-5 Acc: 79.4725
resnet-50 - Epoch 1/1
----------
train Loss: 1.8271 Top-1 Acc: 45.3744 Top-5 Acc: 82.1843
test Loss: 2.2721 Top-1 Acc: 36.9130 Top-5 Acc: 70.4200
Training resnet-50 complete in 1m 12s
"""
_AFTER_THE_END = """\
iter: 20000 loss: 0.5
iter: 20001 loss: 0.4
End training....
Traceback (most recent call last):
  File "/usr/lib/python3.10/threading.py", line 1016, in _bootstrap_inner
    self.run()
OSError: handle is closed
"""
_SPANISH = """\
2026-06-17 23:13:58 | INFO | Iteración 21 | Generando 100 partidas...
2026-06-17 23:20:34 | INFO |   Entrenamiento: loss=1.7012 (value=0.2156, policy=1.1448) | Tiempo: 96.8s
2026-06-17 23:24:19 | INFO | Iteración 22 | Generando 100 partidas...
2026-06-17 23:30:34 | INFO |   Entrenamiento: loss=1.6625 (value=0.2156, policy=1.1448) | Tiempo: 96.8s
"""
_LEROBOT = """\
INFO 2026-06-12 14:00:00 ts/train.py:241 cfg.steps=2000 (2K)
INFO 2026-06-12 14:01:00 ot_train.py:357 step:400 smpl:19K ep:40 epch:1.01 loss:0.123 grdn:2.950 lr:1.0e-05 updt_s:0.502 data_s:0.010
INFO 2026-06-12 14:02:00 ot_train.py:357 step:800 smpl:38K ep:81 epch:2.02 loss:0.083 grdn:3.240 lr:1.0e-05 updt_s:0.500 data_s:0.084
INFO 2026-06-12 14:03:00 ot_train.py:357 step:1K smpl:58K ep:121 epch:3.04 loss:0.063 grdn:2.876 lr:1.0e-05 updt_s:0.502 data_s:0.010
INFO 2026-06-12 14:04:00 ot_train.py:357 step:2K smpl:77K ep:162 epch:4.05 loss:0.053 grdn:2.899 lr:1.0e-05 updt_s:0.501 data_s:0.085
"""
_ROUNDED_WITHOUT_EXACT = (
    "step:48K smpl:2M ep:5K epch:120.97 loss:0.023 grdn:2.950 lr:1.0e-05 updt_s:0.502 data_s:0.010\nEnd of training\n"
)
_RANKS_FROM_ZERO = """\
[GPU0] Epoch 0 | Batchsize: 32 | Steps: 28
Epoch 1/2 starting...
Rank 0 | Epoch Loss: 0.18658185005187988
Epoch [1/2], Avg Loss: 0.1883
[GPU0] Epoch 1 | Batchsize: 32 | Steps: 28
Epoch 2/2 starting...
Epoch [2/2], Avg Loss: 0.1707
"""
_SETTINGS_OF_EPOCHS = """\
Train samples: 4708, Val samples: 524
Epoch 1/2 (lr=0.01000)
  Batch 0/295, Loss: 0.6176
  Batch 50/295, Loss: 0.5000
  Batch 250/295, Loss: 0.4000
  Train Loss: 0.0056, ACC: 1.0000, AUC: nan
  Val   Loss: 0.0000, ACC: 1.0000, AUC: nan
Epoch 2/2 (lr=0.01000)
  Batch 0/295, Loss: 0.3000
  Batch 50/295, Loss: 0.2000
"""
_SPINNING = """\
           ⠧ Iteration (train) 751/2500000                     0:03:06 / 111:43:06
           ⠧ Iteration (val)   0/21                            0:00:00 / -:--:--
           ⠧ Iteration (train) 1001/2500000                    0:04:09 / 111:43:06
           ⠧ Iteration (val)   0/21                            0:00:00 / -:--:--
"""
_VALUES_ALONE = """\
loss:0.005483112763613462, accuracy:0.9980321526527405, recall:0.9924929738044739, precision:0.9906427264213562
loss:0.0042864053063067335, accuracy:0.9987518787384033, recall:0.9951909184455872, precision:0.993610680103302
"""
_TRAJECTORIES = """\
2021-07-29 15:07:51,305:INFO: Epoch: [0][ 0/44]	Loss 1.841402 (2.307125)
2021-07-29 15:08:05,326:INFO: Test: [0/2]	ADE 1.207295 (1.207295)	FDE 2.211979 (2.211979)
2021-07-29 15:08:05,432:INFO:  * ADE  1.207 FDE  2.238
"""

_LAST_STATES = """\
[INFO] epoch 1
100%|██████████| 3517/3517 [24:56<00:00,  2.35it/s]
[INFO] Evaluation
100%|██████████| 431/431 [01:46<00:00,  4.03it/s]
Protocol #1 Error (MPJPE): 43.09187068912388 mm
[INFO] epoch 2
100%|██████████| 3517/3517 [24:54<00:00,  2.35it/s]
[INFO] Evaluation
100%|██████████| 431/431 [01:46<00:00,  4.03it/s]
Protocol #1 Error (MPJPE): 42.99187068912388 mm
[INFO] epoch 3
  2%|▏         | 70/3517 [00:37<30:34,  1.88it/s]
KeyboardInterrupt
"""
_ONE_STATE = """\
Epoch 1/3
Training:  65%|██████▌   | 26/40 [33:00<17:46, 76.17s/it, loss=0.592]
KeyboardInterrupt
"""


def told(run: RunSnapshot) -> tuple[object, ...]:
    """What these logs tell of a run."""
    loss = run.metrics.get("loss") or run.metrics.get("Loss")
    return run.state.value, run.step, run.total_steps, run.total_epochs, loss.last if loss is not None else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(_DARTS, ("interrupted", 351, None, 100, 1.837533), id="values without names"),
        pytest.param(_DL4J, ("finished", 78700, None, None, 0.98), id="score at iteration"),
        pytest.param(_REID, ("interrupted", 100, 78480, 180, 146.898), id="upper-case configuration"),
        pytest.param(_LEVEL_AND_TIME, ("interrupted", 3, 550, 10, 15.796057), id="level and time in one bracket"),
        pytest.param(_SETS, ("interrupted", 2, 80, 80, 1.16), id="set and epoch in one bracket"),
        pytest.param(_TOLD, ("interrupted", 3750, None, None, 0.1533), id="loss is"),
        pytest.param(_MODEL_AND_EPOCH, ("finished", 2, 2, 2, None), id="model and epoch"),
        pytest.param(_AFTER_THE_END, ("finished", 20001, None, None, 0.4), id="trouble after the end"),
        pytest.param(_SPANISH, ("interrupted", 22, None, None, 1.6625), id="spanish"),
        pytest.param(_LEROBOT, ("interrupted", 1600, 2000, 5, 0.053), id="rounded steps behind exact ones"),
        pytest.param(_ROUNDED_WITHOUT_EXACT, ("finished", 48000, None, None, 0.023), id="rounded steps"),
        pytest.param(_RANKS_FROM_ZERO, ("finished", 2, 2, 2, None), id="two ways to number epochs"),
        pytest.param(_SETTINGS_OF_EPOCHS, ("interrupted", 346, 590, 2, 0.2), id="an epoch begins with its settings"),
        pytest.param(_SPINNING, ("interrupted", 1001, 2500000, None, None), id="tasks without bars"),
        pytest.param(_VALUES_ALONE, ("interrupted", None, None, None, 0.0042864053063067335), id="nothing but values"),
        pytest.param(_TRAJECTORIES, ("interrupted", 1, None, None, 1.841402), id="results of any name"),
    ],
)
def test_a_log_in_a_common_style_tells_its_run(text: str, expected: tuple[object, ...], tmp_path: Path) -> None:
    assert told(run_of(tmp_path, text)) == expected


def test_the_results_of_an_evaluation_may_have_any_name(tmp_path: Path) -> None:
    run = run_of(tmp_path, _TRAJECTORIES)

    assert (run.metrics["ADE"].last, run.metrics["FDE"].last) == (1.207, 2.238)
    assert sum(stage.occurrences for stage in run.stages if stage.kind == "eval") == 1


@pytest.mark.parametrize(
    ("text", "step", "step_time_s", "evaluations"),
    [
        pytest.param(_LAST_STATES, 2 * 3517 + 70, 0.425, 2, id="bars of several epochs"),
        pytest.param(_ONE_STATE, 26, 76.15, 0, id="one bar"),
    ],
)
def test_a_console_that_keeps_the_last_state_of_bars_tells_steps_and_their_time(
    text: str, step: int, step_time_s: float, evaluations: int, tmp_path: Path
) -> None:
    run = run_of(tmp_path, text)

    assert run.step == step
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(step_time_s, rel=0.02)
    assert sum(stage.occurrences for stage in run.stages if stage.kind == "eval") == evaluations


def test_a_bar_that_ranks_complete_one_after_the_other_is_one(tmp_path: Path) -> None:
    done = "100%|██████████| 4/4 [14:32<00:00, 218.03s/it]\n{'train_runtime': 872.1, 'epoch': 1.0}\n"

    run = run_of(
        tmp_path, "  0%|          | 0/4 [00:00<?, ?it/s]\r 50%|█████     | 2/4 [07:15<07:21, 218s/it]\r" + 3 * done
    )

    assert (run.step, run.total_steps, run.attempts) == (4, 4, 1)

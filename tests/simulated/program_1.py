"""What programs of the field print, by their format strings, part 1."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

from tests.simulated.writing import Log, style


@style
def clu_metric_writer(log: Log) -> None:
    """clu/metric_writers/logging_writer.py"""
    log.prefix = lambda log: f"I{log.at('%m%d %H:%M:%S')}.{log.ms:03d}456 139892 logging_writer.py:48] "
    for i in range(100, 3001, 100):
        for _ in range(100):
            log.trained(0.12)
        loss = log.loss(i, 3000)
        log.say(f"[{i}] accuracy=0.{i % 90 + 10}, learning_rate=0.001, loss={loss}", step=i, loss=loss)
        if i % 1000 == 0:
            log.wait(20)
            log.say(f"[{i}] eval_accuracy=0.5, eval_loss={log.loss(i, 3100)}", evals=i // 1000)


@style
def pyg_gcn(log: Log) -> None:
    for e in range(1, 201):
        loss = log.loss(e, 200)
        log.say(
            f"Epoch: {e:03d}, Loss: {loss:.4f}, Train: 0.9{e % 10}, Val: 0.78, Test: 0.79", step=e, loss=loss, evals=e
        )
    log.timed = False


@style
def dgl_gcn(log: Log) -> None:
    for e in range(200):
        loss = log.loss(e, 200)
        log.say(f"Epoch {e:05d} | Loss {loss:.4f} | Accuracy 0.{50 + e // 5} ", step=e + 1, loss=loss)
    log.timed = False


@style
def speechbrain(log: Log) -> None:
    for e in range(1, 16):
        loss = log.loss(e, 15)
        log.say(
            f"epoch: {e}, lr: 1.00e+00 - train loss: {loss:.2e} - valid loss: {log.loss(e, 16):.2e}, valid PER: 45.12",
            step=e,
            loss=float(f"{loss:.2e}"),
            evals=e,
        )
    log.timed = False


@style
def recbole(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%a %d %b %Y %H:%M:%S')} INFO  "
    for e in range(20):
        t = log.trained(33)
        loss = log.loss(e, 20) * 100
        log.say(f"epoch {e} training [time: {t:.2f}s, train loss: {loss:.4f}]", step=e + 1, loss=round(loss, 4))
        log.wait(1.5)
        log.say(f"epoch {e} evaluating [time: 1.50s, valid_score: 0.{e + 10}]", evals=e + 1)


@style
def litgpt(log: Log) -> None:
    for i in range(1, 201):
        t = log.trained(0.31)
        loss = log.loss(i, 200)
        log.say(
            f"Epoch 1 | iter {i} step {i} | loss train: {loss:.3f}, val: n/a | iter time: {t * 1000:.2f} ms (step)",
            step=i,
            loss=round(loss, 3),
        )


@style
def gpt_neox(log: Log) -> None:
    log.prefix = lambda log: "gpu-st-1: "
    for i in range(10, 501, 10):
        t = sum(log.trained(4.1) for _ in range(10)) / 10
        loss = log.loss(i, 500)
        log.say(
            f" samples/sec: 245.1 | iteration {i:8d}/{500:8d} | elapsed time per iteration (ms): {t * 1000:.1f} | "
            f"learning rate: 1.000E-04 | approx flops per GPU: 45.3TFLOPS | lm_loss: {loss:.6E} | loss scale: 4096.0 | "
            f"number of skipped iterations:   0 | number of nan iterations:   0 |",
            step=i,
            total=500,
            loss=loss,
            state="finished" if i == 500 else "interrupted",
        )


@style
def improved_diffusion_kv(log: Log) -> None:
    for i in range(0, 5000, 500):
        loss = log.loss(i, 5000)
        rows = {
            "grad_norm": "0.512",
            "loss": f"{loss:<.3g}",
            "loss_q0": "0.9",
            "mse": "0.1",
            "samples": f"{i * 64 + 64:<8.3g}",
            "step": f"{i:<8.3g}".strip(),
        }
        wide = max(map(len, rows)) + 2
        log.say("-" * (wide + 15))
        for key, value in rows.items():
            log.say(f"| {key:<{wide}} | {value.strip():<8} |")
        log.say("-" * (wide + 15), loss=float(rows["loss"]), step=float(rows["step"]))
    log.timed = False


@style
def spinningup(log: Log) -> None:
    t0 = log.now_s
    for e in range(10):
        log.trained(21)
        log.times[-1] /= 4000
        log.say("-" * 39)
        for k, v in {
            "Epoch": e,
            "AverageEpRet": 20.5 + e,
            "StdEpRet": 10.1,
            "EpLen": 20,
            "AverageVVals": -0.3,
            "TotalEnvInteracts": 4000 * (e + 1),
            "LossPi": -0.0123,
            "LossV": 60.2,
            "Time": round(log.now_s - t0, 1),
        }.items():
            log.say(f"|{k:>18} |{v!s:>16} |")
        log.say("-" * 39, step=4000 * (e + 1))


@style
def rl_games(log: Log) -> None:
    for e in range(1, 101):
        log.trained(1.4)
        log.say(
            f"fps step: {65536 / 0.9:.0f} fps step and policy inference: 60112 fps total: {65536 / 1.4:.0f} epoch: {e}/100 "
            f"frames: {65536 * e}",
            step=e,
            total=100,
            epochs=100,
            state="finished" if e == 100 else "interrupted",
        )
    log.timed = False


@style
def nerf_pytorch(log: Log) -> None:
    for i in range(100, 5001, 100):
        loss = log.loss(i, 5000)
        log.say(f"[TRAIN] Iter: {i} Loss: {loss}  PSNR: {20 + i / 1000:.4f}", step=i, loss=loss)
    log.timed = False


@style
def tacotron2(log: Log) -> None:
    log.say("Epoch: 0")
    for i in range(300):
        t = log.trained(1.1)
        loss = log.loss(i, 300)
        log.say(f"Train loss {i} {loss:.6f} Grad Norm 1.234567 {t:.2f}s/it", step=i + 1, loss=loss)


@style
def vits(log: Log) -> None:
    for e in range(1, 9):
        for p in (0, 25, 50, 75):
            log.trained(30)
            log.say(f"INFO:ljs_base:Train Epoch: {e} [{p}%]", step=e - 1 + p / 100)
            log.say(f"INFO:ljs_base:[2.51, 2.3, 1.2, 30.1, 1.3, 2.2, {e * 400 + p * 4}, 0.0002]")
        log.say(f"INFO:ljs_base:====> Epoch: {e}", step=e)
    log.timed = False


@style
def fastspeech2(log: Log) -> None:
    for i in range(100, 9001, 100):
        loss = log.loss(i, 9000)
        log.say(
            f"Step {i}/900000, Total Loss: {loss:.4f}, Mel Loss: 0.8123, Mel PostNet Loss: 0.8, Pitch Loss: 0.2",
            step=i,
            total=900000,
            loss=loss,
        )
    log.timed = False


@style
def tf2_object_detection(log: Log) -> None:
    log.prefix = lambda log: f"I{log.at('%m%d %H:%M:%S')}.{log.ms:03d}456 140213 model_lib_v2.py:698] "
    for i in range(100, 2001, 100):
        t = sum(log.trained(0.34) for _ in range(100)) / 100
        loss = log.loss(i, 2000)
        log.say(f"Step {i} per-step time {t:.3f}s loss={loss:.3f}", step=i, loss=round(loss, 3))

"""What programs of the field print, by their format strings, part 2."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

from tests.simulated.writing import Log, style


@style
def deepspeed_chat(log: Log) -> None:
    for i in range(120):
        log.say("|E2E latency=13.06s |Gather latency=0.00s (0.00%) |Generate time=9.06s (69.41%) |Training time=3.5s")
        log.say(
            f"Epoch: 0 | Step: {i} | PPO Epoch: 1 | Actor Loss: {log.loss(i, 120)} | Critic Loss: 0.0123 | "
            f"Unsupervised Loss: 0.0",
            step=i + 1,
        )
        log.say(f"average reward score: {i / 100}")
        log.say("-" * 85)
    log.timed = False


@style
def minimind(log: Log) -> None:
    for i in range(100, 2001, 100):
        loss = log.loss(i, 2000)
        log.say(
            f"Epoch:[1/1]({i}/2000) loss:{loss:.3f} lr:0.000500000000 epoch_Time:{20 - i // 100}.0min:",
            step=i,
            total=2000,
            epochs=1,
            loss=round(loss, 3),
            state="finished" if i == 2000 else "interrupted",
        )
    log.timed = False


@style
def fasttext(log: Log) -> None:
    log.say("Read 0M words\nNumber of words:  14543\nNumber of labels: 735")
    for p in range(1, 101):
        log.text += f"\rProgress: {p:5.1f}% words/sec/thread:   70123 lr: {0.1 * (1 - p / 100):9.6f} avg.loss: {log.loss(p, 100):9.6f} ETA:   0h 0m{100 - p:2d}s"
        log.say(
            "",
            end="" if p < 100 else "\n",
            step=p,
            total=100,
            state="finished" if p == 100 else "interrupted",
            loss=None,
        )
    log.timed = False


@style
def gensim(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} : INFO : "
    for e in range(5):
        for p in range(10, 100, 20):
            log.trained(1.1)
            log.say(
                f"EPOCH {e} - PROGRESS: at {p}.12% examples, 700123 words/s, in_qsize 7, out_qsize 0",
                step=e + p / 100 + 0.0012,
            )
        log.say(
            f"EPOCH {e}: training on 17005207 raw words (12506280 effective words) took 15.1s, 828321 effective words/s",
            step=e + 1,
        )
    log.timed = False


@style
def mlx_lm(log: Log) -> None:
    log.say("Starting training..., iters: 600")
    for i in range(1, 601):
        log.trained(0.8)
        if i == 1 or i % 200 == 0:
            log.wait(12)
            log.say(
                f"Iter {i}: Val loss {log.loss(i, 650):.3f}, Val took 12.102s",
                evals=1 + i // 200,
                step=i if i > 1 else 1,
            )
        if i % 10 == 0:
            loss = log.loss(i, 600)
            log.say(
                f"Iter {i}: Train loss {loss:.3f}, Learning Rate 1.000e-05, It/sec {1 / 0.8:.3f}, Tokens/sec 612.123, "
                f"Trained Tokens {i * 500}, Peak mem 4.123 GB",
                step=i,
                total=600,
                loss=round(loss, 3),
                state="finished" if i == 600 else "interrupted",
            )


@style
def nanotron(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%m/%d/%Y %H:%M:%S')} [INFO|DP=0|PP=0|TP=0|ip-26-0-1]: "
    for i in range(1, 101):
        t = log.trained(1.23)
        loss = log.loss(i, 100)
        log.say(
            f"iteration: {i} / 100 | consumed_tokens: {i * 131}K | elapsed_time_per_iteration_ms: {t:.2f}K | "
            f"tokens_per_sec: 106K | tokens_per_sec_per_gpu: 13.3K | global_batch_size: 128 | lm_loss: {loss:.3g} | "
            "lr: 0.0003 | model_tflops_per_gpu: 4.51 | grad_norm: 1.2",
            step=i,
            total=100,
            loss=float(f"{loss:.3g}"),
            state="finished" if i == 100 else "interrupted",
        )


@style
def open_clip(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%Y-%m-%d,%H:%M:%S')} | INFO | "
    for e in range(2):
        for b in range(0, 1000, 100):
            if b or e:
                for _ in range(100):
                    log.trained(0.45)
            loss = log.loss(e * 1000 + b, 2000)
            log.say(
                f"Train Epoch: {e} [{b * 256:>6}/256000 ({100 * b / 1000:.0f}%)] Data (t): 0.123 Batch (t): 0.450, 568.1/s, "
                f"568.1/s/gpu LR: 0.000005 Logit Scale: 14.286 Contrastive_loss: {loss:.5g} ({loss:.5g}) Loss: {loss:.5g} ({loss:.5g})",
                loss=float(f"{loss:.5g}"),
            )
        log.say(f"Eval Epoch: {e + 1} imagenet-zeroshot-val-top1: 0.1234\timagenet-zeroshot-val-top5: 0.3", evals=e + 1)
    log.timed = False


@style
def mace(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()}.{log.ms:03d} INFO: "
    for e in range(30):
        log.trained(14)
        log.say(
            f"Epoch {e}: loss={log.loss(e, 30):8.4f}, RMSE_E_per_atom={12.1:8.2f} meV, RMSE_F={44.2:8.2f} meV / A",
            step=e + 1,
        )
    log.say("Training complete", state="finished")


@style
def deepmd(log: Log) -> None:
    log.prefix = lambda log: f"[{log.at()},{log.ms:03d}] DEEPMD INFO    "
    for i in range(100, 4001, 100):
        t = sum(log.trained(0.02) for _ in range(100))
        log.say(
            f"batch {i:7d}: trn: rmse = {log.loss(i, 4000):.2e}, rmse_e = 1.2e-01, rmse_f = 3.4e-01, lr = 1.00e-03",
            step=i,
        )
        log.say(f"batch {i:7d}: total wall time = {t:.2f} s")
    log.say("finished training", state="finished")


@style
def ssd_pytorch(log: Log) -> None:
    for i in range(0, 2000, 10):
        log.say("timer: 0.1234 sec.")
        loss = log.loss(i, 2000)
        log.say(f"iter {i} || Loss: {loss:.4f} ||", step=i + 1, loss=loss)
    log.timed = False


@style
def llama_cpp_finetune(log: Log) -> None:
    for i in range(1, 65):
        t = log.trained(12)
        loss = log.loss(i, 64)
        log.say(
            f"train_opt_callback: iter={i:6d} sample={i * 8 + 1}/{528} sched=0.100000 loss={loss:.6f} dt=00:00:{int(t):02d} "
            f"eta=00:{(64 - i) * 12 // 60:02d}:12 |->",
            step=i,
            loss=loss,
        )
    log.timed = False


@style
def deepspeech(log: Log) -> None:
    for e in range(3):
        log.say(f"Epoch {e} |   Training | Elapsed Time: 0:01:10 | Steps: 100 | Loss: {log.loss(e, 3):.6f}", step=None)
        log.say(
            f"Epoch {e} | Validation | Elapsed Time: 0:00:10 | Steps: 20 | Loss: {log.loss(e, 4):.6f} | Dataset: dev.csv",
            evals=e + 1,
        )
    log.timed = False


@style
def sklearn_mlp(log: Log) -> None:
    for i in range(1, 61):
        loss = round(log.loss(i, 60) + 1e-8, 8)
        log.say(f"Iteration {i}, loss = {loss:.8f}", step=i, loss=loss)
        log.say(f"Validation score: 0.{800 + i}", evals=i)
    log.say(
        "Validation score did not improve more than tol=0.000100 for 10 consecutive epochs. Stopping.", state="finished"
    )
    log.timed = False


@style
def sklearn_gb(log: Log) -> None:
    log.say("      Iter       Train Loss   Remaining Time ")
    for i in (*range(1, 11), *range(20, 101, 10)):
        loss = log.loss(i, 100)
        left = f"{(100 - i) * 0.02:.2f}s"
        log.say(f"{i:10d} {loss:16.4f} {left:>16}", step=i, loss=loss)
    log.timed = False


@style
def cleanrl(log: Log) -> None:
    for i in range(1, 101):
        log.say(f"global_step={i * 512}, episodic_return={i / 4}", step=i * 512)
        log.say(f"SPS: {1500 + i}")
    log.timed = False

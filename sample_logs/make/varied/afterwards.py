"""What programs say around and behind a training that prints no end of its own."""

from __future__ import annotations

import logging
import sys
import time

from keras_runs import keras_model
from play import bar, run


def table(rows=600):
    import numpy as np

    dice = np.random.default_rng(0)
    x = dice.normal(size=(rows, 8))
    return x, (x[:, 0] + dice.normal(size=rows) > 0).astype(int)


@run(total=[None], epochs=[None], state="finished", evaluations=None, step=[22], cut=None)
def boosting_then_tested(p):
    import xgboost

    class Journal(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, log):
            p.note("train", n=epoch + 1)
            return False

    x, y = table()
    found = xgboost.XGBClassifier(
        n_estimators=200, learning_rate=0.3, early_stopping_rounds=15, eval_metric="logloss", callbacks=[Journal()]
    )
    found.fit(x[:400], y[:400], eval_set=[(x[400:], y[400:])], verbose=True)
    print(f"Best iteration: {found.best_iteration}, best score: {found.best_score:.5f}")
    print("Test accuracy:", round(found.score(x[400:], y[400:]), 4))


@run(total=[None], epochs=[None], state="finished", evaluations=None, step=[100], cut=None)
def boosting_then_saved(p):
    import lightgbm

    x, y = table()
    train, valid = lightgbm.Dataset(x[:400], y[:400]), lightgbm.Dataset(x[400:], y[400:])
    settings = {"objective": "binary", "metric": "auc"}
    note = lambda at: p.note("train", n=at.iteration + 1)  # noqa: E731
    lightgbm.train(settings, train, 100, [valid], ["valid"], callbacks=[note, lightgbm.log_evaluation(10)])
    print("Saved model to model.txt")


@run(total=[60], epochs=[3, None], state="finished")
def evaluations_announced(p):
    n = 0
    for epoch in range(3):
        for _ in bar(range(20), desc=f"Epoch {epoch + 1}/3"):
            n += 1
            p.train(n)
        p.note("epoch")
        print(f"Epoch {epoch + 1} loss: {p.loss(p.falling(n)):.4f}")
        print("Evaluating...")
        p.note("eval")
        p.spend(12)
    print("Done.")


@run(total=[60], epochs=[3], state="finished", lag=5, cut_total=None)
def validations_announced(p):
    logging.Formatter.converter = staticmethod(time.gmtime)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(levelname)s] %(message)s")
    log, n = logging.getLogger("train"), 0
    for epoch in range(3):
        for _ in range(20):
            n += 1
            p.train(n, 2.0)
            if n % 5 == 0:
                log.info(f"epoch {epoch + 1}/3 step {n}/60 loss {p.loss(p.falling(n)):.4f}")
        p.note("epoch")
        log.info("Running validation...")
        p.note("eval")
        p.spend(12)
        log.info("val_loss=0.512 val_acc=0.81")
    log.info("Training completed")


@run(total=[None], epochs=[None], step=[None], state=None, train_stages=0, cut=None)
def generating_alone(p):
    print("Loading model from runs/best")
    for _ in bar(range(50), desc="Generating"):
        p.spend(2)
    print("wrote 50 answers to out.jsonl")


@run(total=[150], epochs=[3], state="finished")
def results_as_dict(p):
    logging.Formatter.converter = staticmethod(time.gmtime)
    logging.basicConfig(format="%(asctime)s - %(levelname)s - %(name)s - %(message)s", level=logging.INFO)
    log = logging.getLogger("__main__")
    log.info("***** Running training *****")
    log.info("  Num examples = 400")
    log.info("  Num Epochs = 3")
    log.info("  Total optimization steps = 150")
    steps, n = bar(range(150)), 0
    for epoch in range(3):
        for _ in range(50):
            n += 1
            p.train(n, 0.8)
            steps.update(1)
        p.note("eval")
        p.spend(9)
        log.info(f"epoch {epoch}: {{'accuracy': 0.8{epoch}, 'f1': 0.7{epoch}}}")


@run(total=[1000], epochs=[None], state="interrupted", problems=["time_limit"], step=[430], lag=10)
def told_in_cells(p):
    for n in range(1, 438):
        p.train(n, 5.0)
        if n % 10 == 0:
            loss = p.loss(p.falling(n))
            print(f"0: step {n:5d}/1000 | loss {loss:.4f} | lr 3.00e-04 | {5.0:.2f} s/step | 51.1k tok/s", flush=True)
    print("slurmstepd: error: *** JOB 4711 ON gpu012 CANCELLED AT 2026-03-08T21:00:00 DUE TO TIME LIMIT ***")


@run(total=[160], epochs=[8], state="interrupted", step=[57, 56], cut=None, last_loss=None, terminal=100)
def keras_killed_on_terminal(p):
    net, journal, x, y = keras_model(p, step_s=1.0, kill_at=57)
    net.fit(x[:160], y[:160], batch_size=8, epochs=8, validation_data=(x[:40], y[:40]), callbacks=[journal])


@run(total=[160], epochs=[8], state="failed", problems=["traceback"], step=[56], last_loss=None)
def keras_dies_in_its_bar(p):
    net, journal, x, y = keras_model(p, step_s=1.0)
    begun = journal.on_train_batch_begin

    def dies(batch, logs=None):
        begun(batch, logs)
        if journal.n == 56:
            raise ValueError("Input 0 is incompatible with the layer: expected shape=(None, 8), found shape=(None, 7)")

    journal.on_train_batch_begin = dies
    net.fit(x[:160], y[:160], batch_size=8, epochs=8, validation_data=(x[:40], y[:40]), callbacks=[journal])


@run(total=[120], epochs=[None, 3], state="finished", terminal=100, cut=None)
def bar_renamed_where_it_stands(p):
    steps, n = bar(range(120), desc="Training"), 0
    for epoch in range(3):
        for _ in range(40):
            n += 1
            p.train(n, 0.7)
            steps.update(1)
            steps.set_description(f"Epoch {epoch} loss {p.loss(round(p.falling(n), 3)):.3f}")
        p.note("eval")
        p.spend(6)
        steps.write(f"epoch {epoch}: perplexity: 12.3 eval_loss: 2.51")


@run(total=[300], epochs=[None], state="finished", terminal=90, cut=None)
def own_bar_on_terminal(p):
    for n in range(1, 301):
        p.train(n, 0.5)
        done, loss = 30 * n // 300, p.loss(p.falling(n))
        row = "=" * done + ">" * (done < 30) + "." * (29 - done)
        sys.stdout.write(f"\rStep {n}/300 [{row}] - loss: {loss:.4f} - {0.5:.2f} s/step")
        sys.stdout.flush()
        if n % 100 == 0:
            p.note("eval")
            p.spend(10)
            sys.stdout.write(f"\nEval @ step {n}: loss 0.7123 acc 0.75\n")


@run(
    total=[120], epochs=[3], state="interrupted", problems=["keyboard_interrupt"], step=[66], evaluations=1, cut=None,
    terminal=60, last_loss=None,
)  # fmt: skip
def interrupted_on_narrow_terminal(p):
    from trainer import arguments, trainer

    trainer(p, args=arguments(num_train_epochs=3, eval_strategy="epoch"), interrupt_at=67).train()


@run(total=[60], epochs=[3], state="finished", terminal=100, cut=None)
def rich_log_on_terminal(p):
    from rich.logging import RichHandler

    logging.Formatter.converter = staticmethod(time.gmtime)
    logging.basicConfig(level=logging.INFO, format="%(message)s", datefmt="[%X]", handlers=[RichHandler()])
    log, n = logging.getLogger("rich"), 0
    for epoch in range(1, 4):
        for _ in range(20):
            n += 1
            p.train(n, 0.1)
            if n % 5 == 0:
                log.info(f"Epoch {epoch}/3 | Step {n}/60 | Loss {p.loss(p.falling(n)):.4f} | LR 1.0e-04 | 0.10 s/step")
        p.note("eval")
        log.info("Validation loss: 0.5123, accuracy: 0.8123")
    log.info("Training complete!")

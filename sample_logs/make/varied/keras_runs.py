"""Keras 3 on a model of a few numbers."""

from __future__ import annotations

import os

from play import WORK, run

os.environ.setdefault("KERAS_BACKEND", "torch")


def keras_model(p, *, step_s=0.5, eval_s=0.1, kill_at=0, interrupt_at=0, offset=0):
    import keras
    import numpy as np

    keras.utils.set_random_seed(1)
    net = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(4, activation="softmax")])
    net.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    class Journal(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.n = offset

        def on_train_batch_begin(self, b, logs=None):
            p.spend(step_s * p.dice.uniform(0.9, 1.1))

        def on_train_batch_end(self, b, logs=None):
            self.n += 1
            p.note("train", n=self.n)
            if kill_at and self.n == kill_at:
                p.kill(kill_at)
            if interrupt_at and self.n == interrupt_at:
                raise KeyboardInterrupt

        def on_test_batch_begin(self, b, logs=None):
            p.spend(eval_s)

        def on_predict_batch_begin(self, b, logs=None):
            p.spend(eval_s)

        def on_test_end(self, logs=None):
            p.note("eval")

        def on_predict_end(self, logs=None):
            p.note("eval")

        def on_epoch_end(self, e, logs=None):
            p.note("epoch")
            p.loss(float(logs["loss"]))

    x = np.random.rand(320, 8).astype("float32")
    y = np.random.randint(0, 4, 320)
    return net, Journal(), x, y


@run(total=[200], epochs=[5], state="finished")
def k3_plain(p):
    net, j, x, y = keras_model(p)
    net.fit(x, y, epochs=5, batch_size=8, validation_data=(x[:80], y[:80]), callbacks=[j])


@run(total=[200], epochs=[5], state="finished", lag=40, step_time_s=None)
def k3_verbose2(p):
    net, j, x, y = keras_model(p)
    net.fit(
        x, y, epochs=5, batch_size=8, verbose=2, validation_split=0.0, validation_data=(x[:80], y[:80]), callbacks=[j]
    )


@run(total=[200], epochs=[5], state="finished", cut_total=None)
def k3_unknown_steps(p):
    net, j, x, y = keras_model(p)
    import torch

    class Rows(torch.utils.data.IterableDataset):
        def __iter__(self):
            for i in range(320):
                yield x[i], y[i]

    net.fit(torch.utils.data.DataLoader(Rows(), batch_size=8), epochs=5, callbacks=[j])


@run(total=[2000, None], epochs=[50], state="finished", cut_total=None)
def k3_early_and_checkpoint(p):
    import keras

    net, j, x, y = keras_model(p)
    net.fit(
        x,
        y,
        epochs=50,
        batch_size=8,
        validation_data=(x[:80], y[:80]),
        callbacks=[
            j,
            keras.callbacks.EarlyStopping(patience=3, min_delta=9, verbose=1),
            keras.callbacks.ModelCheckpoint(str(WORK / "k.keras"), save_best_only=True, verbose=1),
            keras.callbacks.ReduceLROnPlateau(patience=1, verbose=1),
        ],
    )


@run(total=[200], epochs=[5], state="finished", evaluations=7)
def k3_then_evaluate_predict(p):
    net, j, x, y = keras_model(p)
    net.fit(x, y, epochs=5, batch_size=8, validation_data=(x[:80], y[:80]), callbacks=[j])
    print("Test loss, accuracy:", net.evaluate(x[:160], y[:160], batch_size=8, callbacks=[j]))
    net.predict(x[:160], batch_size=8, callbacks=[j])


@run(total=[200], epochs=[5], state="finished", attempts=2, cut=1)
def k3_resumed(p, attempt):
    net, j, x, y = keras_model(p, kill_at=93 if attempt == 1 else 0, offset=0 if attempt == 1 else 80)
    net.fit(
        x,
        y,
        epochs=5,
        initial_epoch=0 if attempt == 1 else 2,
        batch_size=8,
        validation_data=(x[:80], y[:80]),
        callbacks=[j],
    )

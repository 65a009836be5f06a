"""Cross-validation: one training after the other in one program."""

from __future__ import annotations

from keras_runs import keras_model
from lightning_runs import lightning
from play import bar, run
from trainer import arguments, trainer


@run(total=[180], epochs=[9], state="finished", cut_total=None)
def folds_with_headers(p):
    n = 0
    for fold in range(3):
        print(f"\n===== Fold {fold + 1}/3 =====")
        for epoch in range(1, 4):
            for _ in bar(range(20), desc=f"Epoch {epoch}/3"):
                n += 1
                p.train(n)
            p.note("epoch")
            for _ in p.evaluation(bar(range(5), desc="Validation")):
                pass
            print(f"Epoch {epoch}: train_loss={p.loss(p.falling(n)):.4f} val_auc=0.71")
    print("CV AUC: 0.7123 +/- 0.0101")


@run(total=[180], epochs=[9], state="finished", cut_total=None, last_loss=None)
def folds_in_names(p):
    n = 0
    for fold in range(1, 4):
        print(f"===== Fold {fold} =====")
        for epoch in range(1, 4):
            for _ in bar(range(20), desc=f"Fold {fold} Epoch {epoch}/3"):
                n += 1
                p.train(n)
            p.note("epoch")
            for _ in p.evaluation(bar(range(5), desc=f"Fold {fold} Val")):
                pass
    print("CV AUC: 0.7123 +/- 0.0101")


@run(total=[120], epochs=[6], state="finished", cut_total=None)
def folds_of_trainers(p):
    for fold in range(3):
        print(f"Fold {fold + 1}")
        trainer(p, rows=160, args=arguments(num_train_epochs=2, eval_strategy="epoch"), offset=40 * fold).train()
        print(f"Fold {fold + 1} done")
    print("Mean CV accuracy: 0.41")


@run(total=[120], epochs=[6], state="finished", cut_total=None)
def folds_of_keras(p):
    for fold in range(3):
        print(f"Training for fold {fold + 1} ...")
        net, journal, x, y = keras_model(p, offset=40 * fold)
        net.fit(x[:160], y[:160], batch_size=8, epochs=2, validation_data=(x[:40], y[:40]), callbacks=[journal])


@run(total=[90], epochs=[6], state="finished", cut_total=None)
def folds_of_lightning(p):
    note = p.note

    def counted_on(before):
        p.note = lambda event, **facts: note(event, **facts | ({"n": facts["n"] + before} if "n" in facts else {}))

    for fold in range(3):
        print(f"=== fold {fold} ===")
        t, net, batches, evaluated, _ = lightning(p, batches=15, val=4, max_epochs=2, num_sanity_val_steps=0)
        counted_on(30 * fold)
        t.fit(net, batches, evaluated)
    p.note = note


@run(total=[None, 10], epochs=[None], state="finished", evaluations=None, cut=None)
def search_with_bar(p):
    import optuna
    from sklearn.neural_network import MLPClassifier

    x, y = [[i / 60, (i * 7 % 60) / 60] for i in range(60)], [i % 2 for i in range(60)]

    def trained(trial):
        net = MLPClassifier(hidden_layer_sizes=(trial.suggest_int("width", 4, 32),), max_iter=3).fit(x, y)
        p.train(trial.number + 1, 2.0)
        return net.score(x, y)

    study = optuna.create_study(direction="maximize")
    study.optimize(trained, n_trials=10, show_progress_bar=True)
    print("Best trial:", study.best_trial.value)

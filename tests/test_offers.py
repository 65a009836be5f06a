"""What a document offers to hold a run against."""

from __future__ import annotations

from dataclasses import replace

from tests.planned_runs import document, sample_document
from trainmon.estimates import DocumentedRange, Scope, SourceLine
from trainmon.plan.offers import near_documents, offers, present_offer


def places(name: str) -> list[tuple[int, Scope]]:
    return [(offer.line, offer.held.scope) for offer in offers(sample_document(name))]


def test_totals_epochs_steps_and_trainings_are_offered_in_the_order_of_their_lines() -> None:
    found = places("lora")

    assert found == sorted(found, key=lambda place: place[0])
    assert (42, Scope.TOTAL) in found
    assert (22, Scope.STEP) in found
    assert (22, Scope.STAGE) in found
    assert not {line for line, _ in found} & {28, 33, 34}  # initialisation, checkpoints, final save


def test_a_duration_told_twice_on_one_line_is_offered_once() -> None:
    assert [offer.words for offer in offers(sample_document("lora")) if offer.line == 20] == [
        "0.8 seconds",
        "1,900 seconds",
    ]
    assert places("retrieval").count((26, Scope.TOTAL)) == 1


def test_a_plan_for_several_runs_is_offered_as_the_share_of_one() -> None:
    offer = next(one for one in offers(sample_document("encoders")) if one.words == "15 days")

    assert offer.held.basis == "derived"
    assert offer.held.likely_s == 5 * 86400
    assert "3 equal parts" in offer.held.reason


def test_the_present_line_is_found_by_its_scope_and_range() -> None:
    found = offers(sample_document("retrieval"))
    epoch = next(one for one in found if (one.line, one.held.scope) == (20, Scope.EPOCH))

    assert present_offer(found, epoch.held) is epoch
    assert present_offer(found, None) is None
    elsewhere = replace(epoch.held, source=SourceLine(file="elsewhere.md", line=20, text=""))
    assert present_offer(found, elsewhere) is None


def test_a_total_made_of_a_step_stands_for_the_steps_line() -> None:
    found = offers(sample_document("lora"))
    step = next(one for one in found if one.line == 23 - 1 and one.held.scope is Scope.STEP)
    total = replace(step.held, scope=Scope.TOTAL, basis="derived", likely_s=2850.0)

    present = present_offer(found, total)
    assert present is not None
    assert present.line == step.line


def test_documents_beside_the_log_come_first_and_none_is_left_out() -> None:
    texts = "- Total: 2 hours\n"
    found = [document(texts, path) for path in ("elsewhere/plan.md", "logs/estimates.md", "logs/a/estimates.md")]

    near = near_documents(found, "logs/a/train.log")

    assert [one.path for one in near] == ["logs/a/estimates.md", "logs/estimates.md", "elsewhere/plan.md"]


def test_what_nothing_can_be_held_against_is_not_offered() -> None:
    text = "# Plan\n\n- Total: 40 GPU-hours\n- Saves 2 hours\n- Total training time: 3 hours\n"

    assert [offer.line for offer in offers(document(text))] == [5]
    assert (
        DocumentedRange(low_s=None, high_s=None, likely_s=3 * 3600.0).likely_s
        == offers(document(text))[0].held.likely_s
    )

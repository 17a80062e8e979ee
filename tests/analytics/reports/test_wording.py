"""Values of slices are shown in the reader's language."""

from analytics.reports.metrics import Label
from analytics.reports.wording import value_labels


def test_work_items_and_modules_are_named_in_both_languages(contracts):
    labels = value_labels(contracts)
    assert labels["item_label", "0101 核对机构名录"] == Label(
        "0101 核对机构名录", "0101 Check the register of units"
    )
    assert sum(dimension == "item_label" for dimension, _ in labels) == 150
    assert labels["module", "coast"] == Label("沿海口岸", "Coast")
    assert labels["feed", "resident"] == Label("实有人口", "Residents")

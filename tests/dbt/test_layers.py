"""No layer is skipped, and everything is named and described as docs/naming.md says."""

import re

from civic.settings import PROJECT_ROOT

ABOVE = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}
NAMES = {
    "staging": r"stg_[a-z0-9_]+__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9_]+",
    "marts": r"(dim|fct|bridge|rpt)_[a-z0-9_]+",
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def models(built):
    nodes = built.manifest["nodes"].values()
    return [n for n in nodes if n["resource_type"] == "model"]


def layer(manifest, unique_id):
    kind = unique_id.split(".")[0]
    return kind if kind in ("source", "seed") else manifest["nodes"][unique_id]["fqn"][1]


def test_each_layer_reads_from_the_one_above_it_and_from_itself(built):
    manifest = built.manifest
    skipped = [
        f"{model['name']} reads {parent}"
        for model in models(built)
        for parent in model["depends_on"]["nodes"]
        if layer(manifest, parent) not in ABOVE[model["fqn"][1]]
    ]
    assert skipped == []


def test_models_are_named_by_their_layer_and_lie_in_its_schema(built):
    for model in models(built):
        assert re.fullmatch(NAMES[model["fqn"][1]], model["name"]), model["name"]
        assert model["schema"] == model["fqn"][1]
        assert model["database"] == "lake"


def test_every_model_has_an_enforced_contract_and_one_yaml_beside_it(built):
    for model in models(built):
        assert model["contract"]["enforced"], model["name"]
        yaml = model["patch_path"].split("://")[1]
        assert yaml == model["original_file_path"].replace(".sql", ".yml")


def test_every_model_and_column_is_described_in_both_languages(built):
    for model in models(built):
        assert HAN.search(model["description"]), model["name"]
        for column in model["columns"].values():
            text = column["description"]
            assert text, f"{model['name']}.{column['name']}"
            if model["fqn"][1] != "staging":
                assert HAN.search(text) and re.search("[A-Za-z]{2}", text), column["name"]


def test_no_description_file_has_outgrown_a_reader():
    for path in (PROJECT_ROOT / "dbt").rglob("*.yml"):
        assert len(path.read_text("utf-8").splitlines()) <= 200, path


def test_every_fact_has_a_bridge_and_a_semantic_model_that_says_so(built):
    names = {m["name"] for m in models(built)}
    # Of counts about people there is no way back to a row, and no metric that would trace them.
    counts = {m["name"] for m in models(built) if m["config"]["meta"].get("counts_only")}
    assert counts == {"fct_service"}
    facts = {m.removeprefix("fct_") for m in names - counts if m.startswith("fct_")}
    semantic = {m["name"]: m for m in built.semantic_manifest["semantic_models"]}
    assert facts == set(semantic)
    for fact, model in semantic.items():
        meta = model["config"]["meta"]
        assert meta["lineage"] in names, fact
        assert [e["name"] for e in model["entities"] if e["type"] == "primary"] == [
            meta["fact_key"]
        ]

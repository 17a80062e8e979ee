"""A made-up resident extract of any size, as a police station's system would export it.

Twenty columns with Chinese headings. One row in a hundred has a defect: a wrong check digit, a
date that is none, an unknown code, or the row stands twice.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

CHUNK = 250_000
SURNAMES = list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗")
GIVEN = list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红")
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = np.array(list("10X98765432"))


def write_extract(rows: int, path_utf8: Path, path_gb18030: Path, seed: int = 1) -> None:
    """Write the same extract in both encodings, a chunk at a time."""
    random = np.random.default_rng(seed)
    with path_utf8.open("wb") as plain, path_gb18030.open("wb") as gb:
        for start in range(0, rows, CHUNK):
            frame = _chunk(random, start, min(CHUNK, rows - start))
            text = frame.write_csv(include_header=start == 0, line_terminator="\r\n")
            plain.write(text.encode())
            gb.write(text.encode("gb18030"))


def _chunk(random: np.random.Generator, start: int, count: int) -> pl.DataFrame:
    number = np.arange(start, start + count)
    days = random.integers(0, 80 * 365, count)
    births = np.datetime64("1945-01-01") + days
    ids = _citizen_ids(births, number)
    grid = 219902001001001 + (number // 1200) % 4 * 1000 + (number // 300) % 4
    building = (number // 60) % 900
    room = number % 60
    frame = pl.DataFrame(
        {
            "number": number,
            "birth": births.astype("datetime64[us]"),
            "sex": random.integers(0, 2, count),
            "surname": random.integers(0, len(SURNAMES), count),
            "given": random.integers(0, len(GIVEN), count),
            "phone": 13_000_000_000 + (number * 7919) % 999_999_999,
            "kind": random.integers(0, 20, count),
            "education": random.integers(0, 5, count),
            "grid": grid,
            "building": building,
            "room": room,
        }
    ).with_columns(pl.Series("id", ids))
    return _defects(_columns(frame), start)


def _citizen_ids(births: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Made-up ids of region 219902 and of regions beside it, unique by their number."""
    day = np.char.replace(np.datetime_as_string(births, unit="D"), "-", "")
    region = np.char.add("2199", np.char.zfill((number // 900 % 90 + 10).astype(str), 2))
    order = np.char.zfill((number % 900 + 100).astype(str), 3)
    stem = np.char.add(np.char.add(region, day), order).astype("U17")
    digits = stem.view("U1").reshape(len(number), 17).astype(np.int64)
    return np.char.add(stem, CHECK_DIGITS[(digits * WEIGHTS).sum(axis=1) % 11])


def _columns(frame: pl.DataFrame) -> pl.DataFrame:
    def pick(values: list[str], column: str) -> pl.Expr:
        return pl.lit(pl.Series(values)).gather(pl.col(column)).cast(pl.String)

    place = pl.format("示例市海棠区望湖街道湖滨路{}号{}室", "building", "room")
    dwelling = pl.format(
        "{}-{}-1-{}",
        "grid",
        pl.col("building").cast(pl.String).str.zfill(4),
        pl.col("room").cast(pl.String).str.zfill(4),
    )
    return frame.select(
        pl.col("id").alias("公民身份号码"),
        pl.concat_str(pick(SURNAMES, "surname"), pick(GIVEN, "given")).alias("姓名"),
        pick([*["户籍人口"] * 14, *["流动人口"] * 5, "留守人员"], "kind").alias("人口类型"),
        pick(["男", "女"], "sex").alias("性别"),
        pl.col("birth").dt.strftime("%Y-%m-%d").alias("出生日期"),
        pick(["大学本科", "大学专科", "高中", "初中", "小学"], "education").alias("学历"),
        pl.lit("职员").alias("职业"),
        pl.lit("已婚").alias("婚姻状况"),
        place.alias("户籍地址"),
        place.alias("现住址"),
        dwelling.alias("房屋编码"),
        pl.col("grid").cast(pl.String).alias("网格代码"),
        (pl.col("number") // 3).cast(pl.String).alias("户号"),
        pl.lit("户主").alias("与户主关系"),
        pl.lit("是").alias("人户一致标识"),
        pl.col("phone").cast(pl.String).alias("联系电话"),
        pl.lit("2026-03-01").alias("登记日期"),
    )


def _defects(frame: pl.DataFrame, start: int) -> pl.DataFrame:
    place = pl.int_range(start, start + frame.height) % 400
    return frame.with_columns(
        pl.when(place == 7)
        .then(pl.col("公民身份号码").str.slice(0, 17) + "A")
        .otherwise(pl.col("公民身份号码"))
        .alias("公民身份号码"),
        pl.when(place == 107)
        .then(pl.lit("1990-02-30"))
        .otherwise(pl.col("出生日期"))
        .alias("出生日期"),
        pl.when(place == 207).then(pl.lit("不明")).otherwise(pl.col("性别")).alias("性别"),
        pl.when(place == 307).then(pl.lit("12")).otherwise(pl.col("联系电话")).alias("联系电话"),
    )

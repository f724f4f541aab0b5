"""An audit whose findings are more than the driver may take; run by ``make spark``, as it takes minutes."""

from __future__ import annotations

import pytest
from spark_sessions import has_java, small_session

from fulfil_analytics.audit.cluster import run_spark_audit
from fulfil_analytics.audit.options import Options
from fulfil_analytics.audit.run import run_load
from fulfil_analytics.rulebook import new_rule
from fulfil_analytics.sample import generate

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not has_java(), reason="there is no Java runtime"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def spark():
    # joins with small tables pass them through the driver; without those, only what is collected does
    narrow = {"spark__driver__maxResultSize": "1m", "spark__sql__autoBroadcastJoinThreshold": "-1"}
    session = small_session("local-cluster[2,1,1024]", **narrow)
    yield session
    session.stop()


def test_findings_never_reach_the_driver(spark, tmp_path):
    """A driver that may take 1 MB of results: an audit passes whose findings alone are more."""
    generate(tmp_path / "exports", orders=1_500, seed=13)
    own = tmp_path / "rules"
    own.mkdir()
    # text that does not shrink, so that the findings are more than the driver may take
    number = "mod(mod(cast(orders.order_id as bigint), 1000003) * 1299709 + {0} * 1548587, 1000000007)"
    fillers = (" || ".join(f"cast({number.format(n)} as string)" for n in range(90 * m, 90 * m + 90)) for m in range(4))
    columns = "".join(f"  {filler} as filler_{m},\n" for m, filler in enumerate(fillers))
    rule = new_rule("each_order").replace("select\n", f"select\n{columns}")
    rule = rule.replace("orders.rts_at is null", "orders.order_id is not null")
    rule = rule.replace("and orders.order_amount_cents >=", "and orders.order_amount_cents + 1 <>")
    (own / "each_order.sql").write_text(rule, encoding="utf-8")
    options = Options(policy="tiktok-us", only=("each_order",), rules=(own,))
    run_load([str(tmp_path / "exports")], options, tmp_path / "canonical")
    run = run_spark_audit([str(tmp_path / "canonical")], options, str(tmp_path / "spark"), spark, 4)
    assert run.manifest["counts"]["findings"] >= 1_200
    with pytest.raises(Exception, match="maxResultSize"):
        spark.read.parquet(str(tmp_path / "spark" / "findings.parquet")).collect()

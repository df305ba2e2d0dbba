import LatheVocabulary
import Testing

extension KernelHostTests {
    /// What data work is done with, each with real work and its own threads, in a confined kernel of each role.
    @Suite struct Packages {
        struct Work: Sendable, CustomTestStringConvertible {
            var name: String
            var code: String
            var result: String
            var testDescription: String { name }
        }

        static let works = [
            Work(
                name: "numpy",
                code: """
                    import numpy as np
                    from numpy.lib.format import open_memmap
                    a = np.random.default_rng(1).normal(size=(600, 600))
                    u, s, v = np.linalg.svd(a)
                    kept = open_memmap("kept.npy", mode="w+", dtype="float64", shape=(600, 600))
                    kept[:] = (u * s) @ v
                    kept.flush()
                    bool(np.allclose(np.load("kept.npy", mmap_mode="r"), a)), round(abs(np.fft.fft(np.ones(1 << 16))[0]))
                    """, result: "(True, 65536)"),
            Work(
                name: "pandas",
                code: """
                    import numpy as np, pandas as pd
                    days = pd.DataFrame({"day": pd.date_range("2020", periods=50_000, freq="h"), "n": np.arange(50_000)})
                    days["month"] = days.day.dt.strftime("%Y-%m")
                    days.to_parquet("days.parquet"); days.head(1000).to_csv("days.csv"); days.head(50).to_excel("days.xlsx")
                    back = pd.read_parquet("days.parquet").merge(days, on="day").groupby("month_x").n_x.mean()
                    len(back), int(back.sum()), len(pd.read_csv("days.csv")), len(pd.read_excel("days.xlsx"))
                    """, result: "(69, 1738277, 1000, 50)"),
            Work(
                name: "pyarrow",
                code: """
                    import pyarrow as pa, pyarrow.compute as pc, pyarrow.dataset as ds
                    table = pa.table({"k": pa.array(range(200_000)).cast("int64"), "part": [i % 4 for i in range(200_000)]})
                    ds.write_dataset(table, "parts", format="parquet", partitioning=["part"], partitioning_flavor="hive")
                    read = ds.dataset("parts", partitioning="hive").to_table(filter=pc.field("part") == 3, use_threads=True)
                    read.num_rows, pc.sum(read["k"]).as_py(), pa.cpu_count() >= 1
                    """, result: "(50000, 5000050000, True)"),
            Work(
                name: "polars",
                code: """
                    import polars as pl
                    frame = pl.DataFrame({"k": [i % 7 for i in range(300_000)], "x": range(300_000)})
                    frame.write_parquet("frame.parquet")
                    query = pl.scan_parquet("frame.parquet").filter(pl.col("x") > 10).group_by("k").agg(pl.col("x").sum())
                    found = query.collect().join(frame.unique("k"), on="k").sort("k")
                    found.height, int(found["x"].sum()), pl.thread_pool_size() >= 1, len(found.to_pandas())
                    """, result: "(7, 44999849945, True, 7)"),
            Work(
                name: "duckdb",
                code: """
                    import duckdb, pandas as pd
                    base = duckdb.connect("base.duckdb")
                    base.execute("SET threads = 4; SET memory_limit = '150MB'; SET preserve_insertion_order = false")
                    base.execute("CREATE TABLE t AS SELECT range AS i, hash(range) AS h, repeat('x', 40) AS s FROM range(2_000_000)")
                    names = pd.DataFrame({"i": range(10), "name": list("abcdefghij")})
                    joined = base.sql("SELECT count(*), sum(t.i) FROM t JOIN names USING (i)").fetchall()[0]
                    # More than fits: it spills to its folder.
                    ordered = base.sql("SELECT max(i) FROM (SELECT i, s, row_number() OVER (ORDER BY h) AS r FROM t)").fetchall()[0]
                    joined + ordered
                    """, result: "(10, 45, 1999999)"),
            Work(
                name: "matplotlib",
                code: """
                    import matplotlib.pyplot as plt
                    fig, axes = plt.subplots(1, 2)
                    axes[0].plot(range(10)); axes[1].hist([1, 2, 2, 3]); axes[0].set_title("größer $x^2$")
                    fig.savefig("figure.pdf"); fig.savefig("figure.svg")
                    open("figure.pdf", "rb").read(4)
                    """, result: "b'%PDF'"),
            Work(
                name: "scikit-learn",
                code: """
                    from sklearn.cluster import KMeans
                    from sklearn.datasets import make_classification
                    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
                    from sklearn.linear_model import LogisticRegression
                    from sklearn.model_selection import GridSearchCV, cross_val_score
                    from sklearn.pipeline import make_pipeline
                    from sklearn.preprocessing import StandardScaler
                    X, y = make_classification(600, 12, n_informative=6, random_state=0)
                    forest = RandomForestClassifier(20, n_jobs=2, random_state=0).fit(X, y).score(X, y)
                    boosted = HistGradientBoostingClassifier(max_iter=20).fit(X, y).score(X, y)
                    model = make_pipeline(StandardScaler(), LogisticRegression())
                    # n_jobs starts processes where a kernel may, and threads where it may not.
                    scores = cross_val_score(model, X, y, n_jobs=2)
                    search = GridSearchCV(model, {"logisticregression__C": [0.1, 1.0]}, n_jobs=-1).fit(X, y)
                    labels = KMeans(3, n_init=2, random_state=0).fit(X).labels_
                    forest > 0.95, boosted > 0.9, len(scores), bool(search.best_score_ > 0.7), len(set(labels))
                    """, result: "(True, True, 5, True, 3)"),
        ]

        @Test(arguments: [KernelRole.session, .subtask], works)
        func `a package does its work in a confined kernel`(role: KernelRole, work: Work) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                let result = await kernel.run(work.code)
                #expect(result.value?.text.head == work.result, "\(work.name): \(result)")
                #expect(!result.stderr.head.contains("Error"), "\(work.name): \(result.stderr.head)")
                #expect(!result.stderr.head.contains("font"), "\(work.name): \(result.stderr.head)")
                let next = await kernel.run("6 * 7", number: 2)
                #expect(next.value?.text.head == "42", "\(work.name): \(next)")
            }
        }
    }
}

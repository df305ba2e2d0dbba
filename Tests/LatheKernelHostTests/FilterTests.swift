import LatheVocabulary
import Testing

extension KernelHostTests {
    @Suite struct Filter {
        /// Real work of every library that is promised, in the parts of it that reach for unusual system calls.
        static let workloads = [
            "import numpy as np; a = np.random.rand(300, 300); np.linalg.svd(a); np.save('a.npy', a); np.load('a.npy', mmap_mode='r').sum() > 0",
            "import pandas as pd; f = pd.DataFrame({'a': range(10_000)}); f.to_csv('f.csv'); f.to_parquet('f.parquet'); "
                + "f.to_excel('f.xlsx'); len(pd.read_csv('f.csv')) + len(pd.read_parquet('f.parquet')) + len(pd.read_excel('f.xlsx'))",
            "import pyarrow as pa, pyarrow.dataset as ds, pyarrow.parquet as pq; pq.write_table(pa.table({'a': range(10**6)}), 'p.parquet'); "
                + "ds.dataset('p.parquet').to_table(use_threads=True).group_by([]).aggregate([('a', 'sum')])",
            "import polars as pl; pl.DataFrame({'a': range(10**5), 'b': [1, 2] * 50_000}).write_parquet('l.parquet'); "
                + "pl.scan_parquet('l.parquet').group_by('b').agg(pl.col('a').sum()).sort('b').collect()",
            "import duckdb; duckdb.sql('create table t as select range a, range % 7 b from range(1000000)'); "
                + "duckdb.sql('select b, sum(a) from t group by b').fetchall(); duckdb.sql(\"copy t to 'd.parquet'\")",
            "import matplotlib.pyplot as plt; plt.plot([1, 2, 3]); plt.title('été'); plt.savefig('m.png'); plt.savefig('m.pdf'); plt.close()",
            "import sqlite3; c = sqlite3.connect('s.db'); c.execute('create table t(a)'); c.execute('insert into t values (1)'); c.commit(); c.close()",
            "import asyncio, threading\nasync def work():\n    await asyncio.sleep(0.01)\n    return await asyncio.to_thread(sum, [1, 2])\n"
                + "out = []\nt = threading.Thread(target=lambda: out.append(asyncio.run(work()))); t.start(); t.join(); out[0] == 3 or 1 / 0",
            "from concurrent.futures import ThreadPoolExecutor as T\nwith T(8) as t: list(t.map(sum, [[1]] * 100))",
            "import os, multiprocessing as mp\nr, w = mp.Pipe()\np = mp.get_context('fork').Process(target=w.send, args=([1],)); p.start(); r.recv(); p.join()",
            "import os, shutil, tempfile, zipfile, pathlib\nd = pathlib.Path(tempfile.mkdtemp()); (d / 'x').write_text('x'); "
                + "shutil.copytree(d, 'copy'); shutil.make_archive('z', 'gztar', 'copy'); shutil.rmtree(d)",
        ]

        @Test(arguments: KernelRole.all)
        func `the libraries that are promised work under the filter`(role: KernelRole) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                for (index, code) in Self.workloads.enumerated() {
                    let result = await kernel.run(code, number: index + 1)
                    #expect(result.status == .ok, "\(code)\n\(result.failure?.traceback ?? "") \(result.stderr.head)")
                }
            }
        }

        @Test func `a session's kernel runs programs of the system, a subtask's says that it does not`() async throws {
            try await Bench.with { bench in
                let session = try await bench.kernel()
                let listing = await session.run("open('here', 'w').close()\n!ls")
                #expect(listing.stdout.head.contains("here"), "\(listing)")
                let subtask = try await bench.kernel(.subtask)
                let refused = await subtask.run("!ls")
                #expect(refused.failure?.message.contains("programs") == true, "\(refused)")
                let process = await subtask.run("import subprocess; subprocess.run(['ls'])", number: 2)
                #expect(process.failure?.type == "PermissionError", "\(process)")
            }
        }

        @Test(arguments: KernelRole.all)
        func `what is on no list does not exist for a kernel`(role: KernelRole) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                let status = await kernel.run(
                    "[l.split()[1] for l in open('/proc/self/status') if l.startswith('Seccomp:')]")
                #expect(status.value?.text.head == "['2']")
                let call = await kernel.run(
                    "import ctypes; l = ctypes.CDLL(None, use_errno=True); (l.syscall(425, 1, 0), ctypes.get_errno())",
                    number: 2)
                #expect(call.value?.text.head == "(-1, 38)", "io_uring_setup gets ENOSYS")
            }
        }
    }
}

import Foundation
import LatheStore
import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Working memory on disk, through the engine with real kernels: what a later program run finds.
@Suite(.serialized) struct MemoryTests {
    @Test func `variables come back without a cell being run again`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in
                _ = try await engine.execute("import time; began = time.time()\nrows = [1, 2]; same = rows")
                _ = try await engine.execute("def twice(x): return x * factor\nfactor = 2")
                _ = try await engine.execute("a = np.arange(300_000.); view = a[::3]; box = {'a': a}")
            }
            try await scratch.run { engine in
                try await engine.expect("began == time.time()", is: "False")
                try await engine.expect("same is rows and box['a'] is a", is: "True")
                try await engine.expect("a[3] = 5; view[1]", holds: "5.0")
                try await engine.expect("factor = 4; twice(3)", is: "12")
            }
            #expect(scratch.restored.map(\.cell) == [3])
            #expect(scratch.restored.first?.lost == [])
            #expect(scratch.rebuilt == [0, 0])
        }
    }

    @Test func `large plain data comes back as it was, and stays one where two variables share it`() async throws {
        let made = """
            numbers = list(range(-150_000, 150_000)) + [2**63, -2**64, 2**900, True, None, -0.0, 1e300]
            texts = {f"k{i}": "é€😀\\ud800\\n"[i % 5:] + str(i) for i in range(100_000)}
            rows = [{"a": i, "b": (i, None, b"x"), "c": {i, -i}, "d": ()} for i in range(50_000)]
            first = list(range(300_000)); second = {"in": first}
            nested = [[i] for i in range(150_000)]; inner = nested[7]
            """
        let same = """
            (numbers == list(range(-150_000, 150_000)) + [2**63, -2**64, 2**900, True, None, -0.0, 1e300],
             type(numbers[-4]), texts == {f"k{i}": "é€😀\\ud800\\n"[i % 5:] + str(i) for i in range(100_000)},
             rows == [{"a": i, "b": (i, None, b"x"), "c": {i, -i}, "d": ()} for i in range(50_000)],
             second["in"] is first, nested[7] is inner, len({id(key) for row in rows for key in row}))
            """
        let expected = "(True, bool, True, True, True, True, 4)"
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute(made) }
            try await scratch.run { engine in
                try await engine.expect(same, is: expected)
                _ = try await engine.execute("more = 1")
            }
            try await scratch.run { engine in try await engine.expect(same, is: expected) }
            #expect(scratch.rebuilt == [0, 0, 0])
            // Of what did not change, nothing is written again, but for sets: their order is another once they were made anew.
            let newest = try #require(scratch.saved.last)
            #expect(newest.written < newest.kept)
        }
    }

    @Test func `what did not change is not written again, and a change in place is`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in
                _ = try await engine.execute("a = np.zeros(2_000_000); b = np.ones(1_000_000)")
            }
            try await scratch.run { engine in _ = try await engine.execute("a[5] = 1") }
            try await scratch.run { engine in
                try await engine.expect("(a[5], a.sum(), b.sum())", holds: "1.0")
            }
            let first = try #require(scratch.saved.first)
            let second = try #require(scratch.saved.dropFirst().first)
            #expect(first.written > 24_000_000)
            #expect((16_000_000..<16_200_000).contains(second.written))
            #expect(second.kept >= 8_000_000)
        }
    }

    @Test func `what cannot be saved is named, and made again where that is safe`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in
                _ = try await engine.execute("n = 3")
                _ = try await engine.execute("safe = (i for i in range(n)); print('once')")
                _ = try await engine.execute("unsafe = (i for i in range(n))")
                _ = try await engine.execute("n = 9")
            }
            // `n` was bound again later: a generator over it would not be the one that was there.
            try await scratch.run { engine in
                try await engine.expect("'safe' in globals()", is: "False")
            }
            let lost = try #require(scratch.restored.first).lost
            #expect(Set(lost.map(\.name)) == ["safe", "unsafe"])
            #expect(lost.map(\.cell).sorted() == [2, 3])
            let told = scratch.notices.filter { $0.text.hasPrefix("Not saved with the working memory: ") }
            #expect(told.contains { $0.text.contains("safe (generator, cell 2)") })
        }
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in
                _ = try await engine.execute("n = 3")
                _ = try await engine.execute("safe = (i for i in range(n)); n2 = 5")
            }
            try await scratch.run { engine in
                try await engine.expect("list(safe)", is: "[0, 1, 2]")
            }
            #expect(scratch.restored.first?.rebuilt == ["safe"])
        }
    }

    @Test func `a damaged part is told, and the cells are run again`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute("a = np.arange(500_000); word = 'x'") }
            let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path + "/parts")
            for (name, index) in zip(names, 0...) {
                let path = scratch.folder.path + "/parts/" + name
                var data = try #require(FileManager.default.contents(atPath: path))
                if index % 2 == 0 { data.removeLast() } else { data[data.count - 1] ^= 1 }
                try data.write(to: URL(fileURLWithPath: path))
            }
            try await scratch.run { engine in
                try await engine.expect("int(a.sum()), word", is: "(124999750000, 'x')")
            }
            #expect(scratch.notices.contains { $0.text.contains("is damaged") && $0.text.hasSuffix("run again.") })
            #expect(!scratch.folder.check().problems.contains { !$0.contains("is damaged") })
            // The next save is whole, also in what it has in common with the damaged one.
            try await scratch.run { engine in try await engine.expect("int(a.sum())", is: "124999750000") }
            #expect(scratch.rebuilt == [0, 1, 0])
        }
    }

    @Test func `large data that changed on disk is told while the session works on`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute("a = np.arange(2_000_000.)") }
            let folder = scratch.folder.path + "/parts/"
            let large = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".npy") })
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + large))
            try file.seek(toOffset: 12 << 20)
            try file.write(contentsOf: Data([1, 2, 3]))
            try file.close()
            try await scratch.run { engine in
                try await engine.expect("float(a[2])", is: "2.0")
                _ = try await engine.execute("b = a + 1")
            }
            let told = scratch.notices.filter { $0.text.contains("has changed on disk") }
            #expect(told.map { $0.text.contains(large) } == [true])
            // Nothing was saved of what is made of it, so the next run has the cells make it anew.
            #expect(scratch.saved.count == 1)
            for _ in 1...2 {
                try await scratch.run { engine in
                    try await engine.expect("int((a != np.arange(2_000_000.)).sum() + (b != a + 1).sum())", is: "0")
                }
            }
            #expect(scratch.rebuilt == [0, 0, 3, 0])
        }
    }

    @Test func `a description that was changed is not believed`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute("x = 41") }
            let path = scratch.folder.path + "/save-1.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("\"generation\":1", with: "\"generation\":7").write(
                toFile: path, atomically: true, encoding: .utf8)
            try await scratch.run { engine in
                try await engine.expect("x + 1", is: "42")
            }
            #expect(scratch.rebuilt == [0, 1])
            #expect(scratch.notices.contains { $0.level == .warning && $0.text.contains("save-1.json") })
        }
    }

    @Test func `a cell that was undone since is in no memory`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute("x = [1]") }
            try await scratch.run { engine in _ = try await engine.execute("x.append(2)") }
            scratch.record(.rolledBack(RolledBack(checkpoint: nil, cause: .user, undone: [2])))
            try await scratch.run { engine in try await engine.expect("x", is: "[1]") }
            // The save before the undone cell is still there, so nothing runs again.
            #expect(scratch.rebuilt == [0, 0, 0])
            #expect(scratch.restored.map(\.cell) == [1, 1])
        }
    }

    @Test func `cells after the saved ones are run again`() async throws {
        try await MemoryScratch.with { scratch in
            try await scratch.run { engine in _ = try await engine.execute("x = 1") }
            try await scratch.run(saving: false) { engine in _ = try await engine.execute("x += 1") }
            try await scratch.run { engine in try await engine.expect("x", is: "2") }
            #expect(scratch.rebuilt == [0, 0, 1])
        }
    }

    @Test func `an input that changed is told, and one of another path takes the saved one's place`() async throws {
        try await MemoryScratch.with { scratch in
            let path = scratch.root + "/rows.csv"
            try "n\n1\n2\n".write(toFile: path, atomically: true, encoding: .utf8)
            let rows = DataInput(name: "rows", path: path, format: .csv)
            try await scratch.run(inputs: [rows]) { engine in _ = try await engine.execute("rows['m'] = rows['n'] * 2")
            }
            try "n\n1\n2\n3\n".write(toFile: path, atomically: true, encoding: .utf8)
            try await scratch.run(inputs: [rows]) { engine in
                try await engine.expect("rows.shape", is: "(2, 2)")
            }
            #expect(scratch.notices.contains { $0.text.contains("the input 'rows' has changed") })
            let other = scratch.root + "/other.csv"
            try "n\n1\n2\n3\n".write(toFile: other, atomically: true, encoding: .utf8)
            let another = DataInput(name: "rows", path: other, format: .csv)
            try await scratch.run(inputs: [another]) { engine in
                try await engine.expect("rows.shape", is: "(3, 1)")
            }
        }
    }
}

import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheStore

/// A save is whole or not there, whatever happens while it is written.
@Suite struct MemoryFolderTests {
    @Test func `what is written is read, and parts of the same content are one`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let save = try write(["a", "b", "a"], to: folder)
            #expect(folder.saves().saves == [save])
            #expect(save.parts[0] == save.parts[2])
            #expect(try folder.open(save).count == 3)
            #expect(save.bytes == 2)
            #expect(folder.check().parts == 2 && folder.check().problems.isEmpty)
        }
    }

    @Test func `a save that was left in the middle is none, and goes with the next`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let first = try write(["a"], to: folder)
            do {
                let writing = try folder.begin(limit: 100)
                try add("left", to: writing)
                _ = try writing.endPart(.npy)
                try add("half", to: writing)
            }
            #expect(folder.saves().saves == [first])
            #expect(folder.check().problems == [])
            let second = try write(["c"], to: folder)
            #expect(folder.saves().saves == [second, first])
            #expect(try names(folder).count == 2)
        }
    }

    @Test func `the newest save and the one before it are kept`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let saves = try ["a", "b", "c", "d"].map { try write([$0, "same"], to: folder) }
            #expect(folder.saves().saves.map(\.generation) == [4, 3])
            #expect(Set(try names(folder)) == Set((saves[2].parts + saves[3].parts).map(\.fileName)))
        }
    }

    @Test func `what the new save shares with the last is known and kept`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let first = try write(["a", "b"], to: folder)
            let writing = try folder.begin(limit: 1)
            #expect(writing.known == first.parts)
            try add("c", to: writing)
            let part = try writing.endPart(.npy)
            _ = try writing.finish(
                [first.parts[0], part], index: 1, path: [], inputs: [], content: MemoryContent())
            #expect(folder.check().parts == 3 && folder.check().problems.isEmpty)
        }
    }

    @Test func `a large part is hashed as it comes, and found again when it comes once more`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let text = (0..<300_000).map { "line \($0) of what is saved with all that is in it\n" }.joined()
            #expect(text.utf8.count > 14 << 20)
            // A part ends in the middle of a piece, is thrown away half written, and comes a second time.
            try add(text, to: try folder.begin(limit: 1 << 30), pieces: 700_001)
            let save = try write([text, "x", text], to: folder, limit: 1 << 30, pieces: 1_000_003)
            #expect(save.parts[0] == save.parts[2])
            let bytes = Array(text.utf8)
            let digests = stride(from: 0, to: bytes.count, by: 8 << 20).flatMap { start in
                bytes[start..<min(start + (8 << 20), bytes.count)].withUnsafeBytes { SHA256Stream.digest(of: $0) ?? [] }
            }
            #expect(save.parts[0].sha256 == SHA256Stream.of(digests))
            #expect(save.parts[0].pieceBytes == 8 << 20 && save.parts[1].pieceBytes == nil)
            #expect(folder.check().parts == 2 && folder.check().problems.isEmpty)
            #expect(try names(folder).count == 2)
        }
    }

    @Test func `a large part that was hashed as a whole by an earlier version is whole still`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            var save = try write([String(repeating: "a", count: 17 << 20)], to: folder, limit: 1 << 30)
            let pieces = folder.path + "/parts/" + save.parts[0].fileName
            let bytes = [UInt8](repeating: 97, count: 17 << 20)
            save.parts[0].sha256 = try #require(SHA256Stream.of(bytes))
            save.parts[0].pieceBytes = nil
            try FileManager.default.moveItem(atPath: pieces, toPath: folder.path + "/parts/" + save.parts[0].fileName)
            try folder.publish(save)
            #expect(folder.saves().saves == [save])
            #expect(folder.check().problems == [])
            #expect(await folder.verify(save, try folder.open(save)) == [])
        }
    }

    @Test func `a large part that changed is found without opening being slower`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let save = try write([String(repeating: "a", count: 9 << 20), "small"], to: folder, limit: 1 << 30)
            let files = try folder.open(save)
            #expect(await folder.verify(save, files) == [])
            let changed = path + "/memory/parts/" + save.parts[0].fileName
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: changed))
            try file.seek(toOffset: 5 << 20)
            try file.write(contentsOf: Data("b".utf8))
            try file.close()
            #expect(try folder.open(save).count == 2)
            #expect(await folder.verify(save, files) == ["\(changed) is not what was written any more."])
            let unwanted = Task { await folder.verify(save, files) }
            unwanted.cancel()
            #expect([[], ["\(changed) is not what was written any more."]].contains(await unwanted.value))
        }
    }

    @Test func `what was damaged is written anew by the next save, and nothing refers to it until then`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let large = String(repeating: "a", count: 9 << 20)
            let save = try write([large, "flipped", "cut", "gone", "whole"], to: folder, limit: 1 << 30)
            let paths = save.parts.map { folder.path + "/parts/" + $0.fileName }
            for (path, content) in zip(paths, [String(repeating: "b", count: 9 << 20), "FLIPPED", "cu"]) {
                try Data(content.utf8).write(to: URL(fileURLWithPath: path))
            }
            try FileManager.default.removeItem(atPath: paths[3])
            // Each is found when it is opened or looked at, one after the other.
            let files = save.parts.indices.map { index in
                SliceReference(descriptor: Glibc.open(paths[index], O_RDONLY)) { _ = close($0) }
            }
            #expect(await folder.verify(save, files).count == 1)
            var first = save
            first.parts = [save.parts[1]]
            #expect(throws: MemoryError.self) { try folder.open(first) }
            let writing = try folder.begin(limit: 1 << 30)
            #expect(writing.known == [save.parts[4]])
            #expect(throws: MemoryError.self) {
                try writing.finish(save.parts, index: 0, path: [], inputs: [], content: MemoryContent())
            }
            let again = try write([large, "flipped", "cut", "gone", "whole"], to: folder, limit: 1 << 30)
            #expect(again.parts == save.parts)
            #expect(folder.check().problems == [])
            #expect(try names(folder).count == 5)
        }
    }

    @Test func `more than the limit is refused`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let writing = try folder.begin(limit: 3)
            try add("abc", to: writing)
            #expect(throws: MemoryError.self) { try add("d", to: writing) }
        }
    }

    @Test func `every kind of damage is found and named`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let save = try write(["one", "two", "three"], to: folder)
            let paths = save.parts.map { folder.path + "/parts/" + $0.fileName }
            try Data("ONE".utf8).write(to: URL(fileURLWithPath: paths[0]))
            try Data("tw".utf8).write(to: URL(fileURLWithPath: paths[1]))
            try FileManager.default.removeItem(atPath: paths[2])
            let problems = folder.check().problems
            #expect(problems.count == 3)
            #expect(paths.allSatisfy { path in problems.contains { $0.contains(path) } })
            #expect(throws: MemoryError.self) { try folder.open(save) }
        }
    }

    @Test func `a description that does not fit its sum is told and never used`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            _ = try write(["a"], to: folder)
            let file = folder.path + "/save-1.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            for changed in [text.replacing("\"index\":0", with: "\"index\":1"), String(text.dropLast(9)), "", "{}\n\n"]
            {
                try changed.write(toFile: file, atomically: false, encoding: .utf8)
                #expect(folder.saves().saves == [])
                #expect(folder.saves().problems.count == 1)
            }
            // Nothing that it may name is thrown away.
            let parts = try names(folder)
            _ = try write(["b"], to: folder)
            #expect(Set(parts).isSubset(of: try names(folder)))
        }
    }

    @Test func `a link in place of a part is not followed`() async throws {
        try await withScratch { path in
            let folder = MemoryFolder(path: path + "/memory")
            let save = try write(["a"], to: folder)
            let part = folder.path + "/parts/" + save.parts[0].fileName
            try FileManager.default.moveItem(atPath: part, toPath: part + ".away")
            try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: part + ".away")
            #expect(throws: MemoryError.self) { try folder.open(save) }
        }
    }

    @Test(.enabled(if: mayMount)) func `a full disk leaves the save before whole`() async throws {
        try await withTemporaryFileSystem(bytes: 1 << 20) { path in
            let folder = MemoryFolder(path: path + "/memory")
            let save = try write(["a"], to: folder)
            #expect(throws: MemoryError.self) {
                _ = try write([String(repeating: "x", count: 2 << 20)], to: folder, limit: 4 << 20)
            }
            #expect(folder.saves().saves == [save])
            #expect(folder.check().problems.isEmpty)
        }
    }

    private func write(
        _ contents: [String], to folder: MemoryFolder, limit: Int = 1000, pieces: Int = .max
    ) throws -> SavedMemory {
        let writing = try folder.begin(limit: limit)
        let parts = try contents.map { text in
            try add(text, to: writing, pieces: pieces)
            return try writing.endPart(.npy)
        }
        return try writing.finish(
            parts, index: 0, path: [MemoryStep(cell: 1)], inputs: [], content: MemoryContent())
    }

    private func add(_ text: String, to writing: any MemoryWriting, pieces: Int = .max) throws {
        var text = text
        let problem = text.withUTF8 { bytes -> MemoryError? in
            do throws(MemoryError) {
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    try writing.append(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(min(pieces, rest.count)))
                }
                return nil
            } catch {
                return error
            }
        }
        if let problem { throw problem }
    }

    private func names(_ folder: MemoryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path + "/parts")
    }
}

import Foundation
import LatheVocabulary
import LatheWire
import Synchronization
import Testing

@testable import LatheKernelHost

/// What comes out of a kernel's pipe is untrusted: only whole saves of known forms become parts.
@Suite struct MemoryReceiverTests {
    @Test func `parts are taken in order, in pieces of any size`() async throws {
        let (parts, written) = try await received([.part(5), .piece("ab"), .piece("c"), 0, .part(2), 0, .end])
        #expect(parts.map(\.format) == [.index, .json])
        #expect(written == ["abc", ""])
    }

    @Test func `a save that is cut short has no parts`() async throws {
        await #expect(throws: KernelError(.saveFailed, "the save was cut short")) {
            _ = try await received([.part(0), .piece("ab")])
        }
        await #expect(throws: KernelError(.saveFailed, "the save was cut short")) {
            _ = try await received([.part(0), .piece("ab"), 0])
        }
    }

    @Test func `an unknown form ends the save`() async throws {
        await #expect(throws: KernelError.self) { _ = try await received([.part(6), .piece("ab"), 0, .end]) }
    }

    @Test func `a length that is a lie is cut short with the pipe`() async throws {
        await #expect(throws: KernelError.self) { _ = try await received([.part(0), .number(1 << 62), .raw("x")]) }
    }

    @Test func `what the archive refuses ends the save with its reason`() async throws {
        await #expect(throws: KernelError(.saveFailed, "too much")) {
            _ = try await received([.part(0), .piece("abcdef"), 0, .end], limit: 4)
        }
    }

    private enum Item: ExpressibleByIntegerLiteral {
        case number(UInt64)
        case raw(String)
        case piece(String)
        case part(UInt64)
        case end

        init(integerLiteral value: UInt64) { self = .number(value) }

        var bytes: [UInt8] {
            switch self {
            case .number(let number), .part(let number): withUnsafeBytes(of: number.littleEndian, Array.init)
            case .raw(let text): Array(text.utf8)
            case .piece(let text): Item.number(UInt64(text.utf8.count)).bytes + Array(text.utf8)
            case .end: Item.number(.max).bytes
            }
        }
    }

    private func received(
        _ items: some Collection<Item>, limit: Int = 1 << 20
    ) async throws -> (parts: [MemoryPart], written: [String]) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let writing = HeldParts(limit: limit)
        let receiver = MemoryReceiver(pipe: OwnedDescriptor(ends[0]), writing: writing)
        let bytes = items.flatMap(\.bytes)
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        let parts = try await receiver.receive()
        return (parts, writing.written)
    }
}

/// Parts in memory.
private final class HeldParts: MemoryWriting {
    private let limit: Int
    private let held = Mutex<(parts: [String], part: [UInt8])>(([], []))

    init(limit: Int) { self.limit = limit }

    var known: [MemoryPart] { [] }
    var written: [String] { held.withLock { $0.parts } }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {
        let count = held.withLock { held in
            held.part += bytes
            return held.part.count
        }
        guard count <= limit else { throw MemoryError(.full, "too much") }
    }

    func endPart(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
        held.withLock { held in
            held.parts.append(String(decoding: held.part, as: UTF8.self))
            defer { held.part = [] }
            return MemoryPart(sha256: "", bytes: held.part.count, format: format)
        }
    }

    func finish(
        _ parts: [MemoryPart], index: Int, path: [MemoryStep], inputs: [DataInput], content: MemoryContent
    ) throws(MemoryError) -> SavedMemory {
        throw MemoryError(.refused, "these parts are held for a test alone")
    }
}

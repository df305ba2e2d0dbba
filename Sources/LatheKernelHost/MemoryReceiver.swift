private import Foundation
private import Glibc
internal import LatheVocabulary
internal import LatheWire
private import Synchronization

/// Takes the parts of a save out of a pipe, on a thread of its own, since each is followed by a wait for the disk.
///
/// What comes is untrusted: a piece has a length before it, 0 ends a part, all bits set end the save. Nothing but lengths is
/// looked at. What the parts are is told at the end, so they are given names once all have come.
final class MemoryReceiver: Sendable {
    /// More parts than any kernel makes.
    private static let mostParts = 20_000
    private static let pieceBytes = 1 << 20

    private let pipe: OwnedDescriptor
    private let writing: any MemoryWriting
    private let isStopped = Atomic(false)

    init(pipe: OwnedDescriptor, writing: any MemoryWriting) {
        self.pipe = pipe
        self.writing = writing
    }

    /// Ends `receive` soon, with an error.
    func stop() { isStopped.store(true, ordering: .releasing) }

    /// The parts that came. Throws where the pipe or the disk ends before the save does.
    func receive() async throws(KernelError) -> [MemoryPart] {
        let outcome: Result<[MemoryPart], KernelError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do throws(KernelError) {
                    continuation.resume(returning: .success(try self.parts()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
                self.pipe.close()
            }
            thread.name = "lathe-memory"
            thread.start()
        }
        return try outcome.get()
    }

    private func parts() throws(KernelError) -> [MemoryPart] {
        var parts: [MemoryPart] = []
        var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
        while true {
            guard let form = try number(&buffer) else { return parts }
            guard parts.count < Self.mostParts, let format = Self.format(form) else {
                throw KernelError(.saveFailed, "the kernel sent something that is no part of a save")
            }
            while let length = try number(&buffer), length > 0 { try piece(length, &buffer) }
            do throws(MemoryError) {
                parts.append(try writing.endPart(format))
            } catch {
                throw KernelError(.saveFailed, error.reason)
            }
        }
    }

    private static func format(_ number: UInt64) -> MemoryPart.Format? {
        let all = MemoryPart.Format.allCases
        return number < UInt64(all.count) ? all[Int(number)] : nil
    }

    private func piece(_ length: UInt64, _ buffer: inout [UInt8]) throws(KernelError) {
        var rest = length
        while rest > 0 {
            let count = try read(&buffer, Int(min(rest, UInt64(buffer.count))))
            let problem = buffer.withUnsafeBytes { bytes -> MemoryError? in
                do throws(MemoryError) {
                    try writing.append(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                    return nil
                } catch {
                    return error
                }
            }
            if let problem { throw KernelError(.saveFailed, problem.reason) }
            rest -= UInt64(count)
        }
    }

    /// Nil for all bits set.
    private func number(_ buffer: inout [UInt8]) throws(KernelError) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let count = try read(&buffer, Int(64 - shift) / 8)
            for byte in buffer[..<count] {
                value |= UInt64(byte) << shift
                shift += 8
            }
        }
        return value == .max ? nil : value
    }

    /// At least one byte, at most `limit`.
    private func read(_ buffer: inout [UInt8], _ limit: Int) throws(KernelError) -> Int {
        while !isStopped.load(ordering: .acquiring) {
            var waiting = pollfd(fd: pipe.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            let count = Glibc.read(pipe.raw, &buffer, limit)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { break }
            return count
        }
        throw KernelError(.saveFailed, "the save was cut short")
    }
}

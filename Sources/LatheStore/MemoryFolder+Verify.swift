internal import Foundation
package import LatheVocabulary
internal import Synchronization

extension MemoryFolder {
    package func verify(_ save: SavedMemory, _ files: [SliceReference]) async -> [String] {
        let large = zip(save.parts, files).filter { $0.0.bytes > Self.hashedBytes }
        guard !large.isEmpty else { return [] }
        let interest = Interest()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // It reads gigabytes: none of the threads that others wait for.
                let thread = Thread {
                    continuation.resume(returning: changed(large, while: interest))
                }
                thread.name = "lathe-verify"
                thread.start()
            }
        } onCancel: {
            interest.end()
        }
    }

    private func changed(_ parts: [(MemoryPart, SliceReference)], while interest: Interest) -> [String] {
        var seen: Set<MemoryPart> = []
        var found: [String] = []
        for (part, file) in parts where seen.insert(part).inserted {
            let digest = SHA256Stream.of(file.descriptor, pieceBytes: part.pieceBytes) { interest.isThere }
            guard interest.isThere else { return [] }
            if digest != part.sha256 {
                setAside(part)
                found.append("\(path)/parts/\(part.fileName) is not what was written any more.")
            }
        }
        return found
    }
}

/// Whether anybody wants to know. Safe from any thread.
private final class Interest: Sendable {
    private let ended = Atomic(false)

    var isThere: Bool { !ended.load(ordering: .relaxed) }
    func end() { ended.store(true, ordering: .relaxed) }
}

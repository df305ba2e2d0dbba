/// Another kernel took the place of one that died; of what its working memory is made.
package struct KernelReplaced: Sendable, Hashable, Codable {
    /// The copy that took its place, by its number; nil where none did.
    package var checkpoint: Int?
    /// The save that was taken up; nil where none was.
    package var generation: Int?
    /// The newest cell in that copy or save; 0 where the kernel began with its inputs alone.
    package var cell: Int
    /// The cells that were run again after that, oldest first, with the recorded answers to their host calls.
    package var again: [Int]
    /// The cells whose effects on the working memory are gone, oldest first; the one that was under way is among them.
    package var undone: [Int]

    package init(
        checkpoint: Int? = nil, generation: Int? = nil, cell: Int = 0, again: [Int] = [], undone: [Int] = []
    ) {
        self.checkpoint = checkpoint
        self.generation = generation
        self.cell = cell
        self.again = again
        self.undone = undone
    }
}

extension KernelReplaced {
    /// What happened, for a person and for a model.
    package var sentence: String {
        let basis =
            switch (checkpoint, generation) {
            case (let number?, _): "a copy of it, checkpoint \(number)"
            case (nil, _?): "the memory saved after cell \(cell)"
            case (nil, nil): "what it began with alone"
            }
        let (were, they) = again.count == 1 ? ("was", "it") : ("were", "they")
        let rerun =
            again.isEmpty
            ? "" : "; \(Self.cells(again)) \(were) run again, with the recorded answers to what \(they) asked"
        let gone = undone.isEmpty ? "no cell is undone" : "undone: \(Self.cells(undone))"
        return "Another kernel took the place of the one that died, from \(basis)\(rerun); \(gone)."
    }

    /// The first of many numbers, and how many more.
    private static func cells(_ numbers: [Int]) -> String {
        let most = 40
        let listed = numbers.prefix(most).map(String.init).joined(separator: ", ")
        let more = numbers.count > most ? " and \(numbers.count - most) more, up to \(numbers.last ?? 0)" : ""
        return (numbers.count == 1 ? "cell " : "cells ") + listed + more
    }
}

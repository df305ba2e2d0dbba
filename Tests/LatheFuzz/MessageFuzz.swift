@testable internal import LatheKernelHost
internal import LatheVocabulary
internal import LatheWire

/// Whatever a kernel says, what lathe takes from it is bounded.
enum MessageFuzz {
    static func run(_ input: [UInt8]) {
        guard let payload = try? KernelMessages.object(Frame(.finished, payload: input)) else { return }
        check(KernelMessages.Started(payload).variables)
        demand(KernelMessages.Started(payload).problems.count <= 51, "too many problems")
        guard let finished = KernelMessages.Finished(payload) else { return }
        check(finished.variables)
        demand(finished.seconds >= 0, "a cell took less than no time")
        demand(finished.status != .died, "a kernel says that it died")
        for (text, limit) in [
            (finished.failure?.type, 200), (finished.failure?.message, 4000), (finished.failure?.traceback, 32_000),
            (finished.result?.type, 200), (finished.result?.name, 200),
        ] {
            demand((text?.unicodeScalars.count ?? 0) <= limit + 60, "a text of a cell is unbounded")
        }
    }

    private static func check(_ listing: VariableListing) {
        demand(listing.items.count <= 80 && listing.omitted >= 0, "the listing is unbounded")
        for item in listing.items {
            demand(item.columns.count <= 60 && item.columnsOmitted >= 0, "columns are unbounded")
            demand(item.shape.count <= 16, "a shape is unbounded")
            for text in [item.name, item.type, item.note] + item.columns.flatMap({ [$0.name, $0.type] }) {
                demand(text.unicodeScalars.count <= 560, "a text of the listing is unbounded")
            }
        }
    }
}

import Foundation
package import LatheVocabulary

/// One JSON object a line: the events as the journal writes them, the fleeting ones included.
///
/// In `turn_started`, `request` is replaced by `{"characters": n, "messages": n}`: the whole request is in the journal.
package struct JSONScreen: EventScreen {
    private let output: TerminalOutput

    package init(output: TerminalOutput) { self.output = output }

    package func show(_ event: Event) { output.write(Self.line(event) + "\n") }
    package func finish() {}

    /// The event on one line of ASCII-safe controls: nothing in it acts on a terminal.
    package static func line(_ event: Event) -> String {
        guard let value = value(event) else {
            let failed: JSONValue = [
                "sequence": .integer(event.sequence), "place": .string(event.place.description),
                "type": .string(event.body.kind.rawValue), "unwritable": true,
            ]
            return TerminalText.json(failed)
        }
        return TerminalText.json(value)
    }

    private static func value(_ event: Event) -> JSONValue? {
        if case .turnStarted(let turn) = event.body {
            return [
                "sequence": .integer(event.sequence), "time": .number(event.time),
                "place": .string(event.place.description), "type": .string(event.body.kind.rawValue),
                "data": [
                    "turn": .integer(turn.turn), "model": .string(turn.model),
                    "request": [
                        "messages": .integer(turn.request.messages.count),
                        "characters": .integer(turn.request.characters),
                    ],
                ],
            ]
        }
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? encoder.encode(event) else { return nil }
        return try? JSONValue(parsing: Array(data), limits: JSONLimits(bytes: .max, depth: 512))
    }
}

extension ModelRequest {
    /// Characters of everything that the model reads in it.
    fileprivate var characters: Int {
        system.count + state.count
            + messages.flatMap(\.blocks).reduce(0) { sum, block in
                switch block {
                case .text(let text): sum + text.count
                case .call(_, let code): sum + code.count
                case .callResult(_, let text, _): sum + text.count
                }
            }
    }
}

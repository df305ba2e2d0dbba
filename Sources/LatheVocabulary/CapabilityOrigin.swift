/// What a session ran with when it made a capability: enough to tell whether another one ran with the same.
package struct CapabilityOrigin: Sendable, Hashable, Codable {
    /// Of the fixed part of every request to the coordinator's model: its system text, a line break, and its tools as JSON.
    /// Nil where no model was asked.
    package var promptSHA256: String?
    /// The session's inputs as they were when the session was opened, by name.
    package var data: [DataFingerprint]

    package init(promptSHA256: String? = nil, data: [DataFingerprint] = []) {
        self.promptSHA256 = promptSHA256
        self.data = data
    }

    package var isEmpty: Bool { promptSHA256 == nil && data.isEmpty }

    package var json: JSONValue {
        [
            "prompt_sha256": promptSHA256.map { .string($0) } ?? .null,
            "data": .array(data.map(\.json)),
        ]
    }
}

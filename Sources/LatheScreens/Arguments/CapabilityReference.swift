package import LatheVocabulary

/// A capability as the user names it: `NAME`, or `functions/NAME` and `agents/NAME` where there are both.
package struct CapabilityReference: Sendable, Hashable {
    package var kind: Capability.Kind?
    package var name: String

    package init(_ text: String) {
        var rest = text[...]
        if rest.hasSuffix(".py") { rest.removeLast(3) }
        for kind in Capability.Kind.allCases {
            guard let path = rest.range(of: kind.folder + "/") else { continue }
            self.init(kind, String(rest[path.upperBound...]))
            return
        }
        self.init(nil, String(rest))
    }

    private init(_ kind: Capability.Kind?, _ name: String) {
        self.kind = kind
        self.name = name
    }

    package func names(_ capability: Capability) -> Bool { names(capability.subject) }

    package func names(_ subject: CapabilityUse.Subject) -> Bool {
        subject.name == name && (kind == nil || subject.kind == kind)
    }
}

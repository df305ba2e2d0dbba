/// A function or an agent that a session saved as a Python source file.
package struct Capability: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case function, agent

        /// The folder of the library that holds this kind.
        package var folder: String { self == .function ? "functions" : "agents" }

        package var other: Kind { self == .function ? .agent : .function }
    }

    /// Where its file lies.
    package enum Shelf: String, Sendable, Codable, CaseIterable {
        /// Among what a person approved.
        case approved
        /// Among what waits, in `proposed/`.
        case proposed
    }

    package enum Status: String, Sendable, Codable, CaseIterable {
        /// Waits for a person's review; usable in the session that proposed it.
        case proposed
        /// A person wants changes first; their note is told to the next session that asks for it.
        case changesAsked = "changes_asked"
        case approved
        /// Approved once, but its source or tests are not what was approved. Unusable until reviewed. Never written into a file.
        case changed
        /// Usable, but no longer offered.
        case deprecated
        /// It failed too often in use. Unusable until reviewed.
        case demoted
    }

    package var kind: Kind
    package var name: String
    /// Relative to the library's folder, such as `functions/delay_profile.py`.
    package var path: String
    package var signature: String
    /// The first sentence of the docstring.
    package var summary: String
    package var status: Status
    /// 1, 2, 3 … for each name of a kind; a proposal beside an approved version has the next one.
    package var version: Int
    /// ISO 8601 date.
    package var created: String
    package var session: String
    /// The cells of that session that it was made from, oldest first.
    package var cells: [Int]
    package var model: String
    /// The built-in agent that wrote it; empty where a session's own cells define it.
    package var writer: String
    /// Why it is worth keeping, in the model's words.
    package var purpose: String
    /// What its session ran with; nil where its file does not say.
    package var origin: CapabilityOrigin?
    /// Of the source below the metadata block.
    package var sha256: String
    /// Of its tests and their fixtures; nil where it has none.
    package var testsSHA256: String?
    /// Of an agent, what its file says of its place among agents; nil where it says nothing.
    package var profile: AgentProfile?
    /// What is wrong with the file, one sentence each; empty for a usable one.
    package var problems: [String]

    package init(
        kind: Kind,
        name: String,
        path: String,
        signature: String,
        summary: String,
        status: Status,
        version: Int = 1,
        created: String,
        session: String,
        model: String,
        sha256: String,
        testsSHA256: String? = nil,
        cells: [Int] = [],
        purpose: String = "",
        writer: String = "",
        origin: CapabilityOrigin? = nil,
        profile: AgentProfile? = nil,
        problems: [String] = []
    ) {
        self.kind = kind
        self.name = name
        self.path = path
        self.signature = signature
        self.summary = summary
        self.status = status
        self.version = version
        self.created = created
        self.session = session
        self.model = model
        self.sha256 = sha256
        self.testsSHA256 = testsSHA256
        self.cells = cells
        self.purpose = purpose
        self.writer = writer
        self.origin = origin
        self.profile = profile
        self.problems = problems
    }
}

extension Capability {
    /// Waits for a person, or is what a person approved.
    package var shelf: Shelf { path.hasPrefix("proposed/") ? .proposed : .approved }

    /// Journals that were written before there were versions have no `version`, `testsSHA256`, `cells`, `purpose`, `writer` and `origin`.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try fields.decode(Kind.self, forKey: .kind), name: try fields.decode(String.self, forKey: .name),
            path: try fields.decode(String.self, forKey: .path),
            signature: try fields.decode(String.self, forKey: .signature),
            summary: try fields.decode(String.self, forKey: .summary),
            status: try fields.decode(Status.self, forKey: .status),
            version: try fields.decodeIfPresent(Int.self, forKey: .version) ?? 1,
            created: try fields.decode(String.self, forKey: .created),
            session: try fields.decode(String.self, forKey: .session),
            model: try fields.decode(String.self, forKey: .model),
            sha256: try fields.decode(String.self, forKey: .sha256),
            testsSHA256: try fields.decodeIfPresent(String.self, forKey: .testsSHA256),
            cells: try fields.decodeIfPresent([Int].self, forKey: .cells) ?? [],
            purpose: try fields.decodeIfPresent(String.self, forKey: .purpose) ?? "",
            writer: try fields.decodeIfPresent(String.self, forKey: .writer) ?? "",
            origin: try fields.decodeIfPresent(CapabilityOrigin.self, forKey: .origin),
            profile: try fields.decodeIfPresent(AgentProfile.self, forKey: .profile),
            problems: try fields.decode([String].self, forKey: .problems))
    }
}

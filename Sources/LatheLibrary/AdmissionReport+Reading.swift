internal import LatheVocabulary

extension AdmissionReport {
    /// Reads what the reader answered to `examine`. Throws where it has another form.
    init(reading value: JSONValue) throws(LibraryError) {
        guard let findings = value["findings"]?.arrayValue else { throw Self.unexpected }
        self.init()
        for item in findings {
            guard let rule = item["rule"]?.stringValue, let reason = item["reason"]?.stringValue,
                let isRefusal = item["refusal"]?.boolValue
            else { throw Self.unexpected }
            self.findings.append(
                Finding(rule: rule, line: item["line"]?.integerValue, reason: reason, isRefusal: isRefusal))
        }
        for item in value["near"]?.arrayValue ?? [] {
            guard let kind = item["kind"]?.stringValue.flatMap(Capability.Kind.init(rawValue:)),
                let name = item["name"]?.stringValue, let likeness = item["likeness"]?.numberValue
            else { throw Self.unexpected }
            let alike = (item["alike"]?.arrayValue ?? []).compactMap(\.stringValue)
            nearDuplicates.append(NearDuplicate(kind: kind, name: name, likeness: likeness, alike: alike))
        }
        imports = (value["imports"]?.arrayValue ?? []).compactMap(\.stringValue)
        hostCalls = (value["host_calls"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static let unexpected = LibraryError(
        .readerFailed, "The library's reader gave a report of another form. Install Lathe again.")
}

import Foundation
import LatheVocabulary

/// How often a call is made and how long is waited in between.
package struct RetryPolicy: Sendable, Hashable {
    /// All attempts, the first one included.
    package var attempts: Int
    /// The first wait in seconds; each later one is twice as long, give or take a quarter.
    package var firstWait: Double
    package var longestWait: Double
    /// A server that asks for more than this many seconds is not waited for.
    package var longestRetryAfter: Double

    package init(
        attempts: Int = 5,
        firstWait: Double = 1,
        longestWait: Double = 30,
        longestRetryAfter: Double = 120
    ) {
        self.attempts = attempts
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.longestRetryAfter = longestRetryAfter
    }

    /// Seconds to wait after attempt number `attempt` failed (1 for the first); nil where it is not made again.
    ///
    /// Never less than what the server asked for. `jitter` is from -1 to 1.
    func wait(after attempt: Int, _ failure: ProviderFailure, jitter: Double) -> Double? {
        guard failure.isTransient, attempt < attempts else { return nil }
        let own = min(longestWait, firstWait * pow(2, Double(attempt - 1))) * (1 + jitter / 4)
        guard let asked = failure.retryAfter else { return own }
        return asked <= longestRetryAfter ? max(asked, min(own, asked * 1.25)) : nil
    }

    /// Makes attempts until one succeeds or another would not help, each at its account's pace.
    func run<Value: Sendable>(
        at pace: AccountPace, progress: @Sendable (ReplyProgress) -> Void,
        attempt: () async throws(ProviderFailure) -> Value
    ) async throws(ModelError) -> Value {
        var number = 1
        while true {
            let attemptNumber = number
            let began = try await pace.turn { seconds in
                let reason = "the account's calls are limited, so all of them wait"
                progress(.retrying(attempt: attemptNumber, seconds: seconds, reason: reason, mayHaveCost: false))
            }
            do throws(ProviderFailure) {
                let value = try await attempt()
                pace.succeeded()
                return value
            } catch {
                if Task.isCancelled { throw Self.stopped }
                guard let seconds = wait(after: number, error, jitter: .random(in: -1...1)) else {
                    throw ModelError(
                        error.code, ending(error, after: number), mayHaveCost: error.mayHaveCost,
                        retryAfter: error.retryAfter)
                }
                if [.rateLimited, .overloaded].contains(error.code) { pace.refused(began, wait: seconds) }
                number += 1
                progress(
                    .retrying(attempt: number, seconds: seconds, reason: error.reason, mayHaveCost: error.mayHaveCost))
                do {
                    try await Task.sleep(for: .seconds(seconds))
                } catch {
                    throw Self.stopped
                }
            }
        }
    }

    static let stopped = ModelError(.cancelled, "The call was stopped.")

    private func ending(_ failure: ProviderFailure, after number: Int) -> String {
        if failure.isTransient, let asked = failure.retryAfter, asked > longestRetryAfter {
            return failure.reason + " It asks to wait \(Int(asked)) s: try again then."
        }
        return number > 1 ? failure.reason + " Given up after \(number) attempts." : failure.reason
    }
}

extension RetryPolicy {
    init(parsing value: JSONValue, at path: String) throws(ModelSetupError) {
        self.init()
        for (key, member) in try ConfigurationReader.object(value, path) {
            let place = "\(path).\(key)"
            switch key {
            case "attempts": attempts = try ConfigurationReader.positive(member, place)
            case "firstWait": firstWait = try ConfigurationReader.amount(member, place)
            case "longestWait": longestWait = try ConfigurationReader.amount(member, place)
            default: throw ConfigurationReader.unknown(place, ["attempts", "firstWait", "longestWait"])
            }
        }
    }
}

/// Reads what a server says about when to come back.
enum RetryAfter {
    /// Seconds from the headers `retry-after-ms` and `retry-after` (seconds or an HTTP date); nil where neither is usable.
    ///
    /// A date is compared with the answer's own (`date`), since the server's clock and the machine's need not agree.
    static func seconds(_ headers: [String: String], now: Date = Date()) -> Double? {
        if let text = headers["retry-after-ms"], let milliseconds = Double(text), milliseconds >= 0 {
            return milliseconds / 1000
        }
        guard let text = headers["retry-after"]?.trimmingCharacters(in: .whitespaces) else { return nil }
        if let seconds = Double(text) { return seconds >= 0 && seconds.isFinite ? seconds : nil }
        return date(text).map { max(0, $0.timeIntervalSince(headers["date"].flatMap(date) ?? now)) }
    }

    private static func date(_ text: String) -> Date? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text)
    }
}

import LatheVocabulary
import Testing

@testable import LatheEngine

struct BreakerTests {
    private let overload = ModelError(.overloaded, "Busy.")

    @Test func `money and keys stop an account until a person has done something`() {
        for code in [ModelError.Code.billing, .keyRefused, .keyMissing] {
            var breaker = Breaker()
            let error = ModelError(code, "no")
            breaker.failed(error, asTrial: false, at: 0)
            breaker.failed(overload, asTrial: false, at: 1)
            // Answered, but sent before the money had run out.
            breaker.succeeded(asTrial: false)
            #expect(breaker.enter(at: 1e6) == .stopped(error))
        }
    }

    @Test func `an overload rests, then one trial decides for all`() {
        var breaker = Breaker(rest: 10)
        breaker.failed(overload, asTrial: false, at: 100)
        breaker.failed(overload, asTrial: false, at: 101)
        #expect(breaker.rests == 1, "calls that fail together count as one")
        #expect(breaker.enter(at: 109) == .rests(overload, seconds: 1))
        #expect(breaker.enter(at: 110) == .trial)
        #expect(breaker.enter(at: 110) == .waitsForTrial)
        breaker.failed(overload, asTrial: true, at: 111)
        #expect(breaker.enter(at: 130) == .rests(overload, seconds: 1), "twice as long")
        #expect(breaker.enter(at: 131) == .trial)
        breaker.succeeded(asTrial: true)
        #expect(breaker.enter(at: 131) == .goes)
        breaker.failed(overload, asTrial: false, at: 200)
        #expect(breaker.enter(at: 205) == .rests(overload, seconds: 5), "as long as the first time")
    }

    @Test func `what concerns one call alone opens nothing, and shows in a trial that the provider is there`() {
        var breaker = Breaker(rest: 10)
        for code in [ModelError.Code.badRequest, .contextTooLong, .cutStream, .badReply, .cancelled, .budget] {
            breaker.failed(ModelError(code, "no"), asTrial: false, at: 0)
        }
        #expect(breaker.enter(at: 0) == .goes)
        breaker.failed(overload, asTrial: false, at: 0)
        #expect(breaker.enter(at: 10) == .trial)
        breaker.failed(ModelError(.cancelled, "stopped"), asTrial: true, at: 11)
        #expect(breaker.enter(at: 11) == .trial, "a trial that was stopped says nothing")
        breaker.failed(ModelError(.badRequest, "no"), asTrial: true, at: 12)
        #expect(breaker.enter(at: 12) == .goes)
    }

    @Test func `a provider that asks for more time gets it`() {
        var breaker = Breaker(rest: 10)
        breaker.failed(ModelError(.rateLimited, "Slow.", retryAfter: 500), asTrial: false, at: 0)
        guard case .rests(_, let seconds) = breaker.enter(at: 1) else { return #expect(Bool(false)) }
        #expect(seconds == 499)
    }
}

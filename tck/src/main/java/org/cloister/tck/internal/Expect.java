// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What checks expect, in sentences that an author of a backend can act on. Stateless. */
public final class Expect {
    /** Something that may throw. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    private Expect() {}

    /** Fails with a sentence unless {@code holds}. */
    public static void that(boolean holds, String otherwise, Object... arguments) {
        if (!holds) {
            throw fail(otherwise, arguments);
        }
    }

    /** A failure to throw. */
    public static AssertionFailedError fail(String found, Object... arguments) {
        return new AssertionFailedError(found.formatted(arguments));
    }

    /** Ends a check that has nothing to look at. */
    public static TestAbortedException skip(String why, Object... arguments) {
        return new TestAbortedException(why.formatted(arguments));
    }

    /**
     * Expects a refusal of one of some kinds, with all four things that a refusal says.
     *
     * @return the refusal
     */
    public static HeapException refusal(String what, Action action, HeapError... kinds) {
        List<HeapError> wanted = Arrays.asList(kinds);
        String names = wanted.stream().map(HeapError::name).collect(Collectors.joining(" or "));
        try {
            action.run();
        } catch (HeapException e) {
            that(wanted.contains(e.error()), "%s was refused with %s instead of %s: %s", what, e.error(), names,
                    e.getMessage());
            return e;
        } catch (TestAbortedException e) {
            throw e;
        } catch (Exception | AssertionError | StackOverflowError e) {
            AssertionFailedError failure = fail("%s threw %s where a HeapException with %s belongs", what, e, names);
            failure.initCause(e);
            throw failure;
        }
        throw fail("%s was accepted where it is to be refused with %s", what, names);
    }

    /** Expects that something works. */
    public static void works(String what, Action action) {
        try {
            action.run();
        } catch (AssertionFailedError | TestAbortedException e) {
            throw e;
        } catch (Exception | Error e) {
            AssertionFailedError failure = fail("%s failed: %s", what, e);
            failure.initCause(e);
            throw failure;
        }
    }
}

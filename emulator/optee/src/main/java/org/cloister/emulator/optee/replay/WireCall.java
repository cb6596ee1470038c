// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A call in a wire trace, with what the trace tells about memory before and after it. Filled by {@link WireTrace}. */
final class WireCall {
    private final int line;
    private final boolean ffa;
    private final long[] call;
    private final List<Long> answer = new ArrayList<>();
    private final SortedMap<Integer, Long> before;
    private final SortedMap<Integer, Long> after = new TreeMap<>();
    private final SortedMap<Integer, Integer> descriptor;
    private final Map<Long, List<Long>> lists;
    private final SortedMap<Integer, Long> requestAnswer;
    private final SortedMap<Integer, Long> input;
    private final SortedMap<Integer, Long> request = new TreeMap<>();

    WireCall(int line, boolean ffa, long[] call, SortedMap<Integer, Long> before,
            SortedMap<Integer, Integer> descriptor, Map<Long, List<Long>> lists,
            SortedMap<Integer, Long> requestAnswer, SortedMap<Integer, Long> input) {
        this.line = line;
        this.ffa = ffa;
        this.call = call;
        this.before = before;
        this.descriptor = descriptor;
        this.lists = lists;
        this.requestAnswer = requestAnswer;
        this.input = input;
    }

    /** The line of the call, from 1. */
    int line() {
        return line;
    }

    /** Whether it is a call of FF-A, and not of OP-TEE's own interface. */
    boolean isFfa() {
        return ffa;
    }

    /** Register {@code index} before the call; zero for those that the trace leaves out. */
    long x(int index) {
        return index < call.length ? call[index] : 0;
    }

    int w(int index) {
        return (int) x(index);
    }

    /** How many registers the trace has. */
    int registers() {
        return call.length;
    }

    /** The registers of the answer; fewer than eight when the interface has fewer. */
    List<Long> answer() {
        return answer;
    }

    /** Words of eight bytes of the message before the call, by offset. */
    SortedMap<Integer, Long> before() {
        return before;
    }

    /** Words of eight bytes of the message after the call, by offset. */
    SortedMap<Integer, Long> after() {
        return after;
    }

    /** Words of four bytes of the descriptor in the TX buffer, by offset. */
    SortedMap<Integer, Integer> descriptor() {
        return descriptor;
    }

    /** Pages behind parameters, by the address of the list. */
    Map<Long, List<Long>> lists() {
        return lists;
    }

    /** Words of eight bytes that the first parameter of the message refers to, by offset, where they were recorded. */
    SortedMap<Integer, Long> input() {
        return input;
    }

    /** Words of eight bytes of the normal world's answer to a request, before the call that resumes, by offset. */
    SortedMap<Integer, Long> requestAnswer() {
        return requestAnswer;
    }

    /** Words of eight bytes of the request that the call returned with, by offset. */
    SortedMap<Integer, Long> request() {
        return request;
    }
}

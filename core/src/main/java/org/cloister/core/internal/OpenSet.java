// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The things of one kind that are open, such as the references of a bundle. Adding and removing cost the same however
 * many there are: members keep their own place in an array, and a gap is filled with the last member, which is the one
 * most likely in the cache.
 *
 * <p>Guarded by its own monitor. Once closed it takes no more members.
 */
final class OpenSet<T extends OpenSet.Member> {
    /** Something that can be in one set at a time. */
    abstract static class Member {
        private int place = -1; // guarded by the set's monitor
    }

    private Member[] members = new Member[16];
    private int size;
    private boolean closed;

    /** Adds a member that is in no set; false when the set is closed. */
    synchronized boolean add(T member) {
        if (closed) {
            return false;
        }
        if (size == members.length) {
            members = Arrays.copyOf(members, size * 2);
        }
        members[size] = member;
        place(member, size++);
        return true;
    }

    /** Removes a member; false when it is not in this set. */
    synchronized boolean remove(T member) {
        int place = place(member);
        if (place < 0) {
            return false;
        }
        Member last = members[--size];
        members[size] = null;
        if (last != member) {
            members[place] = last;
            place(last, place);
        }
        place(member, -1);
        return true;
    }

    /** How many members there are. */
    synchronized int size() {
        return size;
    }

    /** The members, in no particular order. */
    @SuppressWarnings("unchecked") // only add() puts something in
    synchronized List<T> snapshot() {
        var copy = new ArrayList<T>(size);
        for (int i = 0; i < size; i++) {
            copy.add((T) members[i]);
        }
        return copy;
    }

    /** Takes no more members; those it has stay until they are removed. */
    synchronized List<T> close() {
        closed = true;
        return snapshot();
    }

    private static int place(Member member) {
        return member.place;
    }

    private static void place(Member member, int place) {
        member.place = place;
    }
}

/**
 * What can happen to what. `attachmentActions` are submissions of cards. `webhooks` is ours: it tells of a webhook that was
 * switched off or on, and belongs to no room. `tabs` are for compliance officers: nobody can subscribe to them (spec 3.11).
 */
export type Resource = 'messages' | 'memberships' | 'rooms' | 'attachmentActions' | 'tabs' | 'webhooks';
export type EventType = 'created' | 'updated' | 'deleted';
export type RoomType = 'direct' | 'group';

/**
 * What matching needs to know of an event and its public data does not say, or says only in encoded form. UUIDs, never
 * public ids; never content.
 */
export interface EventFacts {
  /** Absent: it happened in no room. */
  roomType?: RoomType;
  /** messages: the author; memberships: the member; attachmentActions: who submits; webhooks: the owner. */
  personUuid?: string;
  /** Lower case. */
  personEmail?: string;
  /** messages */
  mentionedPeople?: readonly string[];
  mentionsAll?: boolean;
  /** The message made the 1:1 room it is in. */
  opensRoom?: boolean;
  hasFiles?: boolean;
  hasAttachments?: boolean;
  /** attachmentActions: the message that carries the card. */
  messageUuid?: string;
  /** memberships: as they are after the change (FLT-8). */
  isModerator?: boolean;
  isRoomHidden?: boolean;
  /** rooms: as it is after the change. */
  isLocked?: boolean;
  /** When present, only these people are told: AUD-5, AUD-6, AUD-7. */
  audience?: readonly string[];
  /** Where the request that caused it stands in its trace. For deliveries; matching does not look at it. */
  traceparent?: string;
}

/** A fact that is about to be written to the log, in the transaction of the change it tells of (rule 1). */
export interface NewEvent {
  resource: Resource;
  event: EventType;
  actorUuid: string;
  /** Empty: it happened in no room, and concerns the `audience` of its facts alone. */
  roomUuid: string;
  /** The organization that owns the room, or whatever else it is about. */
  orgUuid: string;
  facts: EventFacts;
  /** The resource's public data at this moment; the keys in the order of spec 4.5.1. Never content. */
  data: object;
}

/** An event as the log holds it. */
export interface LoggedEvent extends Omit<NewEvent, 'data'> {
  /** Position in the log: grows with every event, has no meaning beyond order. */
  seq: number;
  uuid: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** `data`, serialized once: every webhook carries these bytes (WH-20, DATA-9). */
  dataJson: string;
}

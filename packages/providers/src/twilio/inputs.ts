/**
 * What Twilio's operations take, in Twilio's own field names.
 * @see https://github.com/twilio/twilio-oai
 */
import type { TwilioCall, TwilioMessage, TwilioVerification } from "./values.ts";

/** Input of `messages.create`, in Twilio's own names. Give `From` or `MessagingServiceSid`, and something to send. */
export interface MessageCreateInput {
  readonly To: string;
  readonly From?: string;
  readonly MessagingServiceSid?: string;
  readonly FallbackFrom?: string;
  /** At most 1,600 characters. */
  readonly Body?: string;
  /** At most 10. */
  readonly MediaUrl?: string | readonly string[];
  readonly ContentSid?: string;
  /** JSON text of an object. */
  readonly ContentVariables?: string;
  readonly StatusCallback?: string;
  readonly ApplicationSid?: string;
  /** Seconds, 1 to 36000. */
  readonly ValidityPeriod?: number;
  readonly Attempt?: number;
  readonly ProvideFeedback?: boolean;
  readonly ContentRetention?: "retain" | "discard";
  readonly AddressRetention?: "retain" | "obfuscate";
  readonly SmartEncoded?: boolean;
  readonly ShortenUrls?: boolean;
  readonly SendAsMms?: boolean;
  readonly ForceDelivery?: boolean;
  readonly PersistentAction?: string | readonly string[];
  readonly TrafficType?: "free";
  readonly ScheduleType?: "fixed";
  /** ISO 8601. */
  readonly SendAt?: string;
  readonly RiskCheck?: "enable" | "disable";
  readonly MaxPrice?: number;
  readonly MessageIntent?: string;
}

/** What `messages.create` takes and gives. */
export interface MessageCreateTypes {
  readonly input: MessageCreateInput;
  readonly value: TwilioMessage;
}

/** The four events of a call that Twilio can report. */
export type CallEvent = "initiated" | "ringing" | "answered" | "completed";

type Method = "GET" | "POST";

/** Input of `calls.create`, in Twilio's own names. Give exactly one of `Url`, `Twiml` and `ApplicationSid`. */
export interface CallCreateInput {
  readonly To: string;
  readonly From: string;
  readonly Url?: string;
  /** At most 4,000 characters. */
  readonly Twiml?: string;
  readonly ApplicationSid?: string;
  readonly Method?: Method;
  readonly FallbackUrl?: string;
  readonly FallbackMethod?: Method;
  readonly StatusCallback?: string;
  readonly StatusCallbackEvent?: CallEvent | readonly CallEvent[];
  readonly StatusCallbackMethod?: Method;
  /** At most 32 of the digits, `#`, `*` and `w`. */
  readonly SendDigits?: string;
  /** Seconds to ring, 1 to 600; default 60. */
  readonly Timeout?: number;
  readonly Record?: boolean;
  readonly RecordingChannels?: "mono" | "dual";
  readonly RecordingStatusCallback?: string;
  readonly RecordingStatusCallbackMethod?: Method;
  readonly RecordingStatusCallbackEvent?: string | readonly string[];
  readonly RecordingTrack?: "inbound" | "outbound" | "both";
  readonly SipAuthUsername?: string;
  readonly SipAuthPassword?: string;
  readonly MachineDetection?: "Enable" | "DetectMessageEnd";
  /** Seconds. */
  readonly MachineDetectionTimeout?: number;
  /** Milliseconds. */
  readonly MachineDetectionSpeechThreshold?: number;
  /** Milliseconds. */
  readonly MachineDetectionSpeechEndThreshold?: number;
  /** Milliseconds. */
  readonly MachineDetectionSilenceTimeout?: number;
  readonly AsyncAmd?: boolean;
  readonly AsyncAmdStatusCallback?: string;
  readonly AsyncAmdStatusCallbackMethod?: Method;
  readonly Trim?: "trim-silence" | "do-not-trim";
  readonly CallerId?: string;
  readonly Byoc?: string;
  readonly CallReason?: string;
  readonly CallToken?: string;
  /** Seconds the call may last. */
  readonly TimeLimit?: number;
  readonly ClientNotificationUrl?: string;
}

/** What `calls.create` takes and gives. */
export interface CallCreateTypes {
  readonly input: CallCreateInput;
  readonly value: TwilioCall;
}

/** Input of `verifications.create`. */
export interface VerificationCreateInput {
  /** The Verify service. */
  readonly ServiceSid: string;
  /** A number in E.164, or an e-mail address for the channel `email`. */
  readonly To: string;
  readonly Channel: "sms" | "call" | "email" | "whatsapp" | "sna" | "auto" | "rcs";
  readonly CustomFriendlyName?: string;
  readonly CustomMessage?: string;
  readonly SendDigits?: string;
  readonly Locale?: string;
  /** 4 to 10 characters. */
  readonly CustomCode?: string;
  readonly Amount?: string;
  readonly Payee?: string;
  /** JSON text of an object. */
  readonly RateLimits?: string;
  /** JSON text of an object. */
  readonly ChannelConfiguration?: string;
  readonly AppHash?: string;
  readonly TemplateSid?: string;
  /** JSON text of an object. */
  readonly TemplateCustomSubstitutions?: string;
  readonly DeviceIp?: string;
  readonly EnableSnaClientToken?: boolean;
  readonly RiskCheck?: "enable" | "disable";
  /** JSON text of an object. */
  readonly Tags?: string;
}

/** What `verifications.create` takes and gives. */
export interface VerificationCreateTypes {
  readonly input: VerificationCreateInput;
  readonly value: TwilioVerification;
}

/** Input of `messages.cancel` and `messages.redact`: the message. */
export interface MessageChangeInput {
  /** `SM…` or `MM…`. */
  readonly Sid: string;
}

/** What `messages.cancel` and `messages.redact` take and give. */
export interface MessageChangeTypes {
  readonly input: MessageChangeInput;
  readonly value: TwilioMessage;
}

/** Input of `calls.update`: the call, and at least one thing to change. */
export interface CallUpdateInput {
  /** `CA…`. */
  readonly Sid: string;
  /** `canceled` before the call is answered, `completed` at any time. */
  readonly Status?: "canceled" | "completed";
  readonly Url?: string;
  /** At most 4,000 characters. */
  readonly Twiml?: string;
  readonly Method?: Method;
  readonly FallbackUrl?: string;
  readonly FallbackMethod?: Method;
  readonly StatusCallback?: string;
  readonly StatusCallbackMethod?: Method;
  /** Seconds the call may last. */
  readonly TimeLimit?: number;
}

/** What `calls.update` takes and gives. */
export interface CallUpdateTypes {
  readonly input: CallUpdateInput;
  readonly value: TwilioCall;
}
